"""The Vagrantfile's own lines about the VM: what deploy.yml says, then what `up` took from a capture."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.fakes import TOP
from understudy.config import Vm

RUBY = shutil.which("ruby")
pytestmark = pytest.mark.skipif(RUBY is None, reason="the lines of the Vagrantfile need ruby")


def vm(directory: Path, given: dict[str, object] | None) -> dict[str, object]:
    """What the Vagrantfile makes of the key `vm` in a project's directory."""
    text = (TOP / "Vagrantfile").read_text()
    lines = text[text.index("GIVEN = ") : text.index("HOST = ")]
    config = json.dumps({} if given is None else {"vm": given})
    head = (
        f"require 'json'; require 'yaml'; PROJECT = '{directory}'; CONFIG = JSON.parse('{config}')"
    )
    told = subprocess.run(
        [str(RUBY), "-e", "\n".join([head, lines, "puts VM.to_json"])],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    read: dict[str, object] = json.loads(told)
    return read


def follow(directory: Path, name: str, **shape: object) -> None:
    file = directory / ".understudy" / "vm" / name / "like-production.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(shape))


@pytest.mark.parametrize("given", [None, {"memory": 2048, "name": "other"}])
def test_without_a_capture_it_is_what_python_reads(
    given: dict[str, object] | None, tmp_path: Path
) -> None:
    told = vm(tmp_path, given)

    read = Vm.model_validate(given or {}).model_dump()
    assert told == {key: read[key] for key in told}


def test_capture_fills_in_what_deploy_yml_does_not_say(tmp_path: Path) -> None:
    follow(tmp_path, "other", release="trixie", memory=4096, cpus=4)

    told = vm(tmp_path, {"name": "other", "cpus": 1})

    assert (told["release"], told["memory"], told["cpus"]) == ("trixie", 4096, 1)


def test_vm_that_follows_nothing_is_as_by_default(tmp_path: Path) -> None:
    follow(tmp_path, "understudy")

    assert vm(tmp_path, {}) == vm(tmp_path / "elsewhere", {})
