"""The stamp of a host shows whether its provisioning is out of date; and what the script does."""

import ast
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP, settings
from understudy.commands import script
from understudy.config.model import Config
from understudy.config.services import PACKAGES
from understudy.host.provisioning import Provisioning, provisioning
from understudy.paths import Project

PARTS = ["set -eu\n", "echo done\n"]
PROJECT = Project(TOP, TOP / "deploy.yml")
RUBY = shutil.which("ruby")


def config(**host: Any) -> Config:
    return Config.model_validate({**settings(), "host": host})


def made_for(config: Config, parts: Iterable[str] = PARTS, **target: Any) -> Provisioning:
    """target: keys of the target to change."""
    given = config.target("staging").model_copy(update={"admin": "vagrant", **target})
    return provisioning(config, given, parts)


def test_stamp_is_computed_as_in_the_vagrantfile() -> None:
    made = made_for(config(packages=["git", "jq"]))

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
    assert made_for(config(**host), parts, admin=admin).stamp != made_for(config()).stamp


def test_host_that_captures_mail_has_the_catcher_among_its_packages() -> None:
    captures = made_for(config(packages=["git"]), mail="capture")

    assert captures.arguments[6:] == ("mail=capture", "git")
    assert captures.packages == ("python3-aiosmtpd", "git")
    assert captures.stamp != made_for(config(packages=["git"])).stamp
    assert made_for(config(), disposable=True) == made_for(config(), mail="capture")


@pytest.mark.needs("ruby")
@pytest.mark.parametrize("target", [{}, {"mail": "off"}, {"mail": "capture"}, {"mail": False}])
@pytest.mark.parametrize("disposable", [True, False])
def test_vagrantfile_captures_mail_where_python_does(
    target: dict[str, Any], disposable: bool
) -> None:
    tree = settings(target={"disposable": disposable, **target})
    asked = Config.model_validate(tree).target("staging").captures_mail
    tree["targets"]["vagrant"] = tree["targets"].pop("staging")
    lines = [
        line
        for line in (TOP / "Vagrantfile").read_text().splitlines()
        if line.startswith(("MAIL", "CAPTURES"))
    ]
    given = f"CONFIG = JSON.parse('{json.dumps(tree)}')"

    printed = subprocess.run(
        [str(RUBY), "--disable-gems", "-rjson", "-e", "\n".join([given, *lines, "puts CAPTURES"])],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()

    assert printed == str(asked).lower()


def test_server_of_the_database_is_among_the_packages_and_in_the_stamp() -> None:
    asked = Config.model_validate(
        {**settings(app={"database": "postgresql"}), "host": {"packages": ["git"]}}
    )

    assert made_for(asked) == made_for(config(packages=["git", "postgresql"]))


@pytest.mark.needs("ruby")
@pytest.mark.parametrize("engine", [None, "sqlite", "postgresql", "mariadb"])
@pytest.mark.parametrize(
    "packages", [[], ["git", "git"], ["postgresql", "git"], ["mariadb-server"]]
)
@pytest.mark.parametrize("dns", [None, "ovh", {"plugin": "rfc2136", "propagation": 9}])
def test_vagrantfile_installs_the_same_packages(
    engine: str | None, packages: list[str], dns: Any
) -> None:
    app = {"database": engine} if engine else {}
    target = {"https": "auto", "acme": {"dns": dns}} if dns else {}
    tree = {**settings(app=app, target=target), "host": {"packages": packages}}

    assert packages_of_vagrantfile(tree) == [*Config.model_validate(tree).packages]


@pytest.mark.needs("ruby")
@pytest.mark.parametrize("packages", [[], ["apprise"]])
@pytest.mark.parametrize("events", [None, [], ["backup"], ["disk"], ["verdict", "timer"]])
@pytest.mark.parametrize("to", [[], ["OPS_MAIL"]])
def test_vagrantfile_installs_what_sends_messages(
    packages: list[str], events: list[str] | None, to: list[str]
) -> None:
    given = {"to": to} if events is None else {"to": to, "events": events}
    tree = {**settings(), "host": {"packages": packages}, "notify": given}

    assert packages_of_vagrantfile(tree) == [*Config.model_validate(tree).packages]


def packages_of_vagrantfile(tree: dict[str, Any]) -> list[str]:
    beginnings = ("PACKAGES", "PLUGINS", "SERVER", "NOTIFY")
    text = (TOP / "Vagrantfile").read_text()
    lines = [line for line in text.splitlines() if line.startswith(beginnings)]
    assert len(lines) == 8
    given = f"CONFIG = JSON.parse('{json.dumps(tree)}'); HOST = CONFIG['host']"
    return subprocess.run(
        [str(RUBY), "--disable-gems", "-rjson", "-e", "\n".join([given, *lines, "puts PACKAGES"])],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()


def test_vagrantfile_is_tested_with_each_source_of_packages() -> None:
    """One more needs a line there and a test above, or no deploy to the VM finds it provisioned."""
    tree = ast.parse((TOP / "understudy" / "config" / "packages.py").read_text())
    [found] = [
        one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == "keys"
    ]

    called = re.findall(r"\*(\w+)\(", ast.unparse(found))

    assert called == ["_servers", "_plugins", "_senders"]


SERVICES = [
    [],
    ["redis", "memcached"],
    [{"valkey": {"for": "cache", "memory": "1G"}}, "rabbitmq", {"redis": {"url_from": "URL"}}],
    {"rabbitmq": {}, "memcached": {"memory": "128M"}},
]


@pytest.mark.needs("ruby")
@pytest.mark.parametrize("services", SERVICES)
def test_vagrantfile_sets_up_the_same_services(services: Any) -> None:
    tree = {**settings(), "services": services}
    text = (TOP / "Vagrantfile").read_text()
    lines = text[text.index("SERVICE_DEFAULTS = ") : text.index("# The version of the box")]
    given = f"CONFIG = JSON.parse('{json.dumps(tree)}')"

    printed = subprocess.run(
        [str(RUBY), "--disable-gems", "-rjson", "-e", "\n".join([given, lines, "puts services"])],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    made = made_for(Config.model_validate(tree))
    assert printed == [*made.arguments[6:]]


def test_script_installs_the_packages_of_services() -> None:
    """The very lines of the shipped script, run by a shell."""
    text = PROJECT.provision_parts[0].read_text()
    lines = text[text.index("SITE=$1") : text.index("# Only a staging VM")]
    tree = {**settings(), "services": [*PACKAGES], "host": {"packages": ["jq"]}}
    made = made_for(Config.model_validate(tree), [text])

    printed = subprocess.run(
        script(f'{lines}echo "$@"; echo $SERVICES', *made.arguments),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert sorted(printed[0].split()) == sorted([*PACKAGES.values(), "jq"])
    assert printed[1] == (
        "memcached=memory:64M rabbitmq= redis=for:queue,memory:64M valkey=for:queue,memory:64M"
    )
    assert set(made.packages) == {*PACKAGES.values(), "jq"}


POSTGRESQL = """
set -eu
SITE=my-shop LOCALE=C.UTF-8 STATE=$1
shift
step() { :; }
booted() { [ "$STATE" != chroot ]; }
is_check() { return 1; }
act() { "$@"; }
put() { echo "put $2: $(cat)"; [ "$STATE" != unchanged ]; }
pg_lsclusters() { [ "$STATE" = none ] || printf '%s\\n' '17 main 5433 down' '15 main 5432 online'; }
systemctl() { echo "systemctl $*"; }
runuser() { echo "$*"; cat; }
"""
RESTART = "systemctl restart postgresql@15-main"


def postgresql_step(state: str, *packages: str) -> subprocess.CompletedProcess[str]:
    """The shipped step on a host whose programs only print how they were called."""
    [part] = [path for path in PROJECT.provision_parts if path.name == "45-postgresql.sh"]
    argv = ("sh", "-c", POSTGRESQL + part.read_text(), "sh", state, *packages)
    return subprocess.run(argv, capture_output=True, text=True)


def test_host_without_postgresql_is_left_alone() -> None:
    done = postgresql_step("changed", "git", "postgresql-client", "my-postgresql")

    assert (done.returncode, done.stdout) == (0, "")


def test_postgresql_listens_on_no_address_and_restarts_only_if_that_changed() -> None:
    changed, unchanged = (
        postgresql_step(state, "postgresql") for state in ("changed", "unchanged")
    )

    line = "put /etc/postgresql/15/main/conf.d/understudy.conf: listen_addresses = ''"
    assert line in changed.stdout.splitlines()
    assert RESTART in changed.stdout.splitlines()
    assert RESTART not in unchanged.stdout.splitlines()


def test_role_and_databases_are_made_by_the_servers_own_user() -> None:
    done = postgresql_step("unchanged", "git", "postgresql", "jq")

    [command] = [line for line in done.stdout.splitlines() if " psql " in line]
    assert command.startswith("-u postgres -- psql ")
    assert "site=my-shop" in command
    assert "ON_ERROR_STOP=1" in command
    assert done.stdout.count("my-shop") == 1, "the rest gets the name as a value"


def test_no_server_is_called_while_the_box_is_built() -> None:
    done = postgresql_step("chroot", "postgresql")

    assert done.returncode == 0
    assert done.stdout.startswith("put ")
    assert len(done.stdout.splitlines()) == 1


def test_postgresql_without_a_cluster_is_an_error() -> None:
    done = postgresql_step("none", "postgresql")

    assert done.returncode == 1
    assert "no PostgreSQL cluster has port 5432" in done.stderr


MARIADB = """
set -eu
SITE=my-shop STATE=$1
shift
step() { :; }
booted() { [ "$STATE" != chroot ]; }
is_check() { return 1; }
act() { "$@"; }
put() { echo "put $2: $(cat)"; [ "$STATE" != unchanged ]; }
systemctl() { echo "systemctl $*"; }
mariadb() { cat >/dev/null; }
"""


def mariadb_step(state: str, *packages: str) -> list[str]:
    """What the shipped step prints on a host whose programs only print how they were called."""
    text = MARIADB + (TOP / "provision" / "45-mariadb.sh").read_text()
    argv = ("sh", "-c", text, "sh", state, *packages)
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()


def test_host_without_mariadb_is_left_alone() -> None:
    assert mariadb_step("changed", "git", "mariadb-client", "my-mariadb-server") == []


def test_mariadb_has_no_port_and_restarts_only_if_that_changed() -> None:
    changed, unchanged = (
        mariadb_step(state, "mariadb-server") for state in ("changed", "unchanged")
    )

    assert changed[:2] == [
        "put /etc/mysql/mariadb.conf.d/90-understudy.cnf: [mariadbd]",
        "skip-networking",
    ]
    assert "systemctl restart mariadb" in changed
    assert "systemctl restart mariadb" not in unchanged


def test_no_mariadb_is_called_while_the_box_is_built() -> None:
    assert mariadb_step("chroot", "mariadb-server")[2:] == []


def test_script_reads_its_arguments_in_their_order() -> None:
    """The very line of the shipped script, run by a shell."""
    text = PROJECT.provision_parts[0].read_text()
    [line] = [line for line in text.splitlines() if line.startswith("SITE=$1")]
    made = made_for(config(packages=["git", "jq"]), [text])

    printed = subprocess.run(
        script(f'{line}; shift 6; echo $SITE $DEPLOYER $ADMIN $STAMP "$@"', *made.arguments),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert printed == ["shop", "deploy", "vagrant", made.stamp, "git", "jq"]


def test_shipped_script_is_the_numbered_files_in_order_and_is_shell() -> None:
    names = [path.name for path in PROJECT.provision_parts]

    assert names == sorted(names)
    assert (names[0], names[-1]) == ("00-settings.sh", "90-stamp.sh")
    script = "".join(path.read_text() for path in PROJECT.provision_parts)
    assert "STAMP_FILE" in "".join(script.splitlines()[-5:]), "the stamp comes last"
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)


def test_only_numbered_files_are_part_of_the_script(tmp_path: Path) -> None:
    (tmp_path / "provision").mkdir()
    for name in ("20-b.sh", "10-a.sh", "setup", "notes.sh", "30-c.txt"):
        (tmp_path / "provision" / name).touch()

    parts = Project(tmp_path, tmp_path / "deploy.yml", tmp_path).provision_parts

    assert [path.name for path in parts] == ["10-a.sh", "20-b.sh"]


class TestOffHostBackups:
    def test_script_begins_with_what_they_are(self) -> None:
        given = Config.model_validate({**settings(), "backups": {"to": "sftp:me@nas:/b"}})

        made = made_for(given)

        shell = f'{made.script}printf "%s\\0" "$OFF_HOST_SETTINGS" "$OFF_HOST_AT" "$OFF_HOST_DATA"'
        run = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True)
        found, at, data, _ = run.stdout.removeprefix("done\n").split("\0")
        assert json.loads(found)["repository"] == "sftp:me@nas:/b/shop-staging"
        assert json.loads(found)["ssh"] == ["me@nas"]
        assert at == "03:30"
        assert data.startswith("#!/bin/sh\n")
        assert "restic" in made.packages
        assert made.stamp != made_for(Config.model_validate(settings())).stamp

    def test_host_whose_data_may_be_destroyed_has_none(self) -> None:
        given = Config.model_validate({**settings(), "backups": {"to": "sftp:me@nas:/b"}})

        made = made_for(given, disposable=True)

        assert (made.script, "restic" in made.packages) == ("".join(PARTS), False)
