"""The stamp tells a host that was provisioned otherwise than it would be now."""

import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP, settings
from understudy.commands import script
from understudy.config import Config
from understudy.project import Project
from understudy.provision import provisioning

PARTS = ["set -eu\n", "echo done\n"]
PROJECT = Project(TOP, TOP / "deploy.yml")


def config(**host: Any) -> Config:
    return Config.model_validate({**settings(), "host": host})


def test_stamp_follows_the_rule_that_the_vagrantfile_has_too() -> None:
    made = provisioning(config(packages=["git", "jq"]), "vagrant", PARTS)

    words = ["set -eu\necho done\n", "shop", "deploy", "vagrant", "C.UTF-8", "Etc/UTC", "git", "jq"]
    stamp = sha256("\0".join(words).encode()).hexdigest()[:16]
    assert made.stamp == stamp
    assert made.arguments == (*words[1:6], stamp, *words[6:])
    assert made.script == words[0]


@pytest.mark.parametrize(
    ("host", "admin", "parts"),
    [
        pytest.param({}, "vagrant", ["set -eu\n", "echo done \n"], id="script"),
        pytest.param({}, "vagrant", list(reversed(PARTS)), id="order"),
        pytest.param({}, "debian", PARTS, id="admin"),
        pytest.param({"deployer": "ship"}, "vagrant", PARTS, id="deployer"),
        pytest.param({"locale": "de_DE.UTF-8"}, "vagrant", PARTS, id="locale"),
        pytest.param({"timezone": "Europe/Berlin"}, "vagrant", PARTS, id="timezone"),
        pytest.param({"packages": ["git"]}, "vagrant", PARTS, id="package"),
    ],
)
def test_stamp_changes_with(host: dict[str, Any], admin: str, parts: list[str]) -> None:
    assert (
        provisioning(config(**host), admin, parts).stamp
        != provisioning(config(), "vagrant", PARTS).stamp
    )


def test_script_reads_its_arguments_in_the_order_in_which_they_are_given() -> None:
    """The very line of the shipped script, run by a shell."""
    text = PROJECT.provision_parts[0].read_text()
    [line] = [line for line in text.splitlines() if line.startswith("SITE=$1")]
    made = provisioning(config(packages=["git", "jq"]), "vagrant", [text])

    told = subprocess.run(
        script(f'{line}; shift 6; echo $SITE $DEPLOYER $ADMIN $STAMP "$@"', *made.arguments),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert told == ["shop", "deploy", "vagrant", made.stamp, "git", "jq"]


def test_shipped_script_is_the_numbered_files_in_order_and_is_shell() -> None:
    names = [path.name for path in PROJECT.provision_parts]

    assert names == sorted(names)
    assert (names[0], names[-1]) == ("00-settings.sh", "75-rights.sh")
    script = "".join(path.read_text() for path in PROJECT.provision_parts)
    assert "STAMP_FILE" in "".join(script.splitlines()[-3:]), "what is stamped has been done"
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)


def test_what_is_not_numbered_is_not_part_of_the_script(tmp_path: Path) -> None:
    (tmp_path / "provision").mkdir()
    for name in ("20-b.sh", "10-a.sh", "setup", "notes.sh", "30-c.txt"):
        (tmp_path / "provision" / name).touch()

    parts = Project(tmp_path, tmp_path / "deploy.yml").provision_parts

    assert [path.name for path in parts] == ["10-a.sh", "20-b.sh"]
