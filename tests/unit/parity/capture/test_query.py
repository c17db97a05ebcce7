"""The query of a capture, run on this machine: its output, and what it can't read."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from understudy.parity.capture import query as module
from understudy.parity.capture.parse import parse
from understudy.parity.capture.query import query
from understudy.parity.capture.value import Capture

QUERY = Path(module.__file__).with_name("query.sh")
# The number of a user that owns no file: see base-passwd in Debian.
UNPRIVILEGED = 65534


def part(begin: str, end: str, places: dict[str, str], user: int | None = None) -> list[str]:
    """Output of a part of the query, from one place in it up to another. places: paths replaced in it."""
    text = QUERY.read_text()
    functions = text[text.index("# section NAME") : text.index("section os\n")]
    begins = text.rindex("\n", 0, text.index(begin)) + 1
    body = text[begins : text.rindex("\n", 0, text.index(end)) + 1]
    for there, here in places.items():
        assert there in body
        body = body.replace(there, here)
    script = f"site=none user=0\n{functions}\n{body}"
    done = subprocess.run(["sh", "-uc", script], capture_output=True, text=True, user=user)
    assert done.stderr == ""
    return done.stdout.splitlines()


def run_query(user: int | None = None) -> tuple[Capture, str]:
    done = subprocess.run(query("todo"), capture_output=True, user=user)
    assert done.returncode == 0
    return parse(done.stdout.decode(errors="replace"), "todo", "todo.test", 0), done.stderr.decode()


@pytest.fixture(scope="module")
def queried() -> tuple[Capture, str]:
    return run_query()


def test_query_runs_on_a_real_system_without_errors(queried: tuple[Capture, str]) -> None:
    found, errors = queried

    assert errors == ""
    assert found.entry("os.name")
    assert found.entry("sysctl.net.core.somaxconn")
    assert found.entry("users.root.home")
    assert found.entry("modes./tmp")


def test_second_capture_is_the_same(queried: tuple[Capture, str]) -> None:
    again, _ = run_query()

    # Without sections about what runs on this machine meanwhile.
    steady = ("os", "packages", "python", "locale", "cpu", "memory", "users", "sudo", "limits")
    assert {name: again.sections[name] for name in steady} == {
        name: queried[0].sections[name] for name in steady
    }


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run it as another user")
def test_user_without_sudo_gets_what_everyone_may_read() -> None:
    found, errors = run_query(user=UNPRIVILEGED)

    assert errors == ""
    assert found.entry("os.name")
    for section in ("sudo", "environment", "cron", "ports", "nginx", "firewall"):
        assert "needs root" in found.unreadable[section]


@pytest.mark.parametrize(
    ("begin", "end", "program"),
    [
        ("section postgresql", "mariadb_settings()", "/usr/lib/postgresql/*/bin/postgres"),
        ("section mariadb", "# Without private keys", "/usr/sbin/mariadbd"),
    ],
)
def test_server_that_is_not_installed_has_no_settings(
    begin: str, end: str, program: str, tmp_path: Path
) -> None:
    places = {program: f"{tmp_path}/none"}
    assert part(begin, end, places) == [f"@@@ {begin.split()[1]}"]

    (tmp_path / "none").write_text("")
    (tmp_path / "none").chmod(0o755)
    broken = {**places, "settings=$(": "settings=$(echo ERROR: down; exit 1; "}
    assert part(begin, end, broken)[-1] == "!!! ERROR: down"


def test_variables_are_named_and_their_values_stay_on_the_host(tmp_path: Path) -> None:
    """The part of the query that reads them, on a file with values of all kinds."""
    secrets = tmp_path / "env"
    secrets.write_text(
        'SECRET_KEY="hunter2"\n'
        "export DATABASE_URL=postgres://a:hunter2@db/x\n"
        '# OLD=hunter2\nlower=hunter2\nhttp_proxy=hunter2\nPEM="-----BEGIN\nhunter2hunter2=\n-----END"\n'
    )
    lines = part("section environment", "section units", {"/etc/environment": str(secrets)})

    assert lines == [
        "@@@ environment",
        *(f"{secrets}\t{name}" for name in ("SECRET_KEY", "DATABASE_URL", "http_proxy", "PEM")),
    ]


def test_units_that_could_be_enabled_are_found(tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    lib.mkdir()
    for name, text in {
        "rpcbind.service": "[Install]\nWantedBy=multi-user.target\nAlso=rpcbind.socket\n",
        "rpcbind.socket": "[Install]\nRequiredBy=sockets.target\n",
        "helper.service": "[Service]\nExecStart=/bin/true\n",
        "getty@.service": "[Install]\nWantedBy=getty.target\n",
        "some.target": "[Install]\nWantedBy=multi-user.target\n",
        "by-name.service": "[Install]\nAlias=other.service\n",
    }.items():
        (lib / name).write_text(text)
    (lib / "portmap.service").symlink_to(lib / "rpcbind.service")

    lines = part(
        "find /lib/systemd/system/", "find /etc/systemd/system", {"/lib/systemd/system/": f"{lib}/"}
    )

    assert sorted(lines) == ["file\trpcbind.service", "file\trpcbind.socket"]


def test_units_from_no_package_are_found_wherever_they_are(tmp_path: Path) -> None:
    etc, local, app = (tmp_path / name for name in ("etc", "local", "app"))
    for folder in (etc / "multi-user.target.wants", local, app):
        folder.mkdir(parents=True)
    (app / "linked.service").write_text("linked\n")
    (local / "local.service").write_text("local\n")
    (etc / "own.service").write_text("own\n")
    (etc / "linked.service").symlink_to(app / "linked.service")
    (etc / "masked.service").symlink_to("/dev/null")
    (etc / "gone.service").symlink_to(app / "gone.service")
    (etc / "multi-user.target.wants/own.service").symlink_to(etc / "own.service")
    (etc / "sshd.service").symlink_to("/usr/lib/os-release")

    places = {"/etc/systemd": str(etc), "/usr/local/lib/systemd/system": str(local)}
    lines = part("section unit_files", "section cron", places)

    assert sorted(lines[1:]) == [
        f"{etc}/linked.service\tlinked",
        f"{etc}/own.service\town",
        f"{local}/local.service\tlocal",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run it as another user")
def test_unreadable_file_does_not_hide_the_others() -> None:
    with tempfile.TemporaryDirectory(prefix="units-") as made:
        Path(made).chmod(0o755)
        for number in range(9):
            file = Path(made) / f"{number}.service"
            file.write_text("text\n")
            file.chmod(0o644 if number % 2 else 0o600)

        lines = part(
            "section unit_files", "section cron", {"/etc/systemd": made}, user=UNPRIVILEGED
        )

    assert sorted(lines[1:]) == [f"{made}/{number}.service\ttext" for number in (1, 3, 5, 7)]


def test_certificates_are_found_however_nginx_names_them(tmp_path: Path) -> None:
    configuration = """
        ssl_certificate /a.pem;
        # ssl_certificate /old.pem;
        server { listen 443 ssl; ssl_certificate "/b.pem"; ssl_certificate_key /b.key; }
        ssl_certificate ssl/c.pem; # ours
        ssl_certificate /live/$ssl_server_name.pem;
        ssl_certificate data:$pem;"""
    places = {
        "if section": f"configuration='{configuration}'\nif section",
        "root nginx openssl": "root",
    }

    lines = part("if section certificates", "if section postgresql", places)

    named = {line.partition("\t")[0] for line in lines[1:]}
    assert named == {"/a.pem", "/b.pem", "/etc/nginx/ssl/c.pem"}


def test_script_is_not_on_the_command_line_of_sudo() -> None:
    """sudo would write it into the host's log each time."""
    wrapper = query("todo")[2]

    assert "sudo -n" in wrapper
    assert "@@@ packages" not in wrapper


@pytest.mark.parametrize(("hours", "line"), [(1, "renewal"), (47, "renewal"), (49, "no renewal")])
def test_certbots_timer_that_has_stopped_is_noticed(hours: int, line: str, tmp_path: Path) -> None:
    stamp = tmp_path / "stamp-certbot.timer"
    stamp.touch()
    os.utime(stamp, (time.time() - hours * 3600,) * 2)

    places = {"/var/lib/systemd/timers": str(tmp_path), "/run/reboot-required": "/no/file"}

    assert part("section observed", 'echo "@@@ end', places) == ["@@@ observed", line]


def test_files_of_certificates_are_none_of_the_hosts_differences(tmp_path: Path) -> None:
    """Their names are new with each renewal: the section `certificates` shows what is in them."""
    for name in ("ssl/understudy/todo/2024/fullchain.pem", "letsencrypt/archive/todo/cert1.pem"):
        file = tmp_path / "etc" / name
        file.parent.mkdir(parents=True)
        file.touch()

    for begin, end in (("section files", "section modes"), ("section modes", "section observed")):
        found = "\n".join(part(begin, end, {"/etc": f"{tmp_path}/etc"}))
        assert "2024" not in found
        assert "cert1" not in found
