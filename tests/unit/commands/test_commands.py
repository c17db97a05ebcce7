"""The commands, run on this machine in a directory of their own."""

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path, PurePosixPath
from socketserver import UnixStreamServer
from threading import Thread

import pytest

from understudy.commands import Argv, all_of, alongside, files, http, python, script, site
from understudy.commands import app as app_commands
from understudy.release.layout import INTERPRETER

# The host's Python: what `python3` in /usr/bin is, here as there.
VERSION = subprocess.run(
    ["/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
    capture_output=True,
    text=True,
).stdout.strip()
NASTY = ["", "a b", "$HOME", "$(id)", "`id`", "a'b", 'a"b', "a\nb", "\\", "-n", "*", "ä"]


def run(argv: Argv, given: bytes | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(argv, capture_output=True, input=given)
    text = (stream.decode() for stream in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(argv, done.returncode, *text)


def pure(path: Path) -> PurePosixPath:
    return PurePosixPath(path)


@pytest.fixture
def tar(tmp_path: Path) -> Path:
    """A gzipped tar with one file, `kept`."""
    (tmp_path / "kept").write_text("new")
    path = tmp_path / "release.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(tmp_path / "kept", "kept")
    (tmp_path / "kept").unlink()
    return path


def test_script_gets_its_values_as_they_are() -> None:
    assert run(script('printf "%s|" "$@"', *NASTY)).stdout == "".join(f"{word}|" for word in NASTY)


def test_script_ends_at_the_first_command_that_fails() -> None:
    done = run(script("false; echo continued"))

    assert (done.returncode, done.stdout) == (1, "")


def test_unpacked_release_has_nothing_of_an_earlier_attempt(tar: Path, tmp_path: Path) -> None:
    release = tmp_path / "a release"
    release.mkdir()
    (release / "left over").touch()

    assert run(files.unpack(pure(release)), tar.read_bytes()).returncode == 0

    assert [path.name for path in release.iterdir()] == ["kept"]


def test_tar_that_is_cut_off_leaves_nothing(tar: Path, tmp_path: Path) -> None:
    half = tar.read_bytes()[:-20]

    assert run(files.unpack(pure(tmp_path / "r")), half).returncode != 0
    assert run(files.unpack_each(pure(tmp_path / "p")), half).returncode != 0

    assert not (tmp_path / "r").exists()
    assert not list((tmp_path / "p").iterdir())


def test_packages_of_several_joined_tars_are_added_to_those_that_are_there(
    tmp_path: Path,
) -> None:
    packages = tmp_path / "packages"
    (packages / "old").mkdir(parents=True)
    joined = b""
    for name in ("a", "b"):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
            member = tarfile.TarInfo(f"{name}/file")
            tar.addfile(member)
        joined += buffer.getvalue()

    assert run(files.unpack_each(pure(packages)), joined).returncode == 0

    assert sorted(path.name for path in packages.iterdir()) == ["a", "b", "old"]
    assert [path.name for path in tmp_path.iterdir()] == ["packages"]


@pytest.mark.parametrize("before", [None, "releases/old", "releases/new"])
def test_switch_points_the_link_at_the_release(before: str | None, tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / "releases" / name).mkdir(parents=True)
    current = tmp_path / "current"
    if before:
        current.symlink_to(before)
    # A killed switch can leave this one.
    (tmp_path / "current.new").symlink_to("releases/old")

    assert run(files.switch(pure(tmp_path), "new")).returncode == 0

    assert str(current.readlink()) == "releases/new"
    assert list((tmp_path / "releases" / "old").iterdir()) == [], "no link inside of the old one"
    previous = tmp_path / "previous"
    assert previous.is_symlink() == (before == "releases/old")
    if previous.is_symlink():
        assert str(previous.readlink()) == "releases/old"


def test_removed_release_stops_counting_as_complete_first(tmp_path: Path) -> None:
    """Killed midway, it must not look whole. Here `rm -rf` fails, as if it were killed."""
    release = tmp_path / "a release"
    release.mkdir()
    for name in ("manifest.json", "code.py"):
        (release / name).touch()
    (tmp_path / "rm").write_text('#!/bin/sh\n[ "$1" = -f ] && exec /bin/rm "$@"\nexit 1\n')
    (tmp_path / "rm").chmod(0o755)
    argv = ("env", f"PATH={tmp_path}:/usr/bin:/bin", *files.remove(pure(release)))

    assert run(argv).returncode == 1

    assert [path.name for path in release.iterdir()] == ["code.py"]


def test_releases_are_removed_whatever_their_names(tmp_path: Path) -> None:
    for name in ("a b", "$c"):
        (tmp_path / name / "deep").mkdir(parents=True)

    assert run(files.remove(pure(tmp_path / "a b"), pure(tmp_path / "$c"))).returncode == 0

    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def packages(tmp_path: Path) -> list[PurePosixPath]:
    """Two unpacked packages: a module, and a program that says which Python runs it."""
    library = tmp_path / "one" / "lib" / f"python{VERSION}" / "site-packages"
    programs = tmp_path / "two" / "bin"
    for directory in (library, programs):
        directory.mkdir(parents=True)
    (library / "one.py").write_text("X = 1\n")
    program = f"#!{INTERPRETER}\nimport one, sys\nprint(sys.prefix, one.X)\n"
    (programs / "show").write_text(program)
    (programs / "show").chmod(0o755)
    return [pure(tmp_path / "one"), pure(tmp_path / "two")]


@pytest.mark.parametrize("compiled", [True, False])
def test_environment_is_rebuilt_of_links_to_the_packages(
    compiled: bool, packages: list[PurePosixPath], tmp_path: Path
) -> None:
    environment = tmp_path / "environment"
    environment.mkdir()
    (environment / "left over").touch()

    done = run(python.make_environment(pure(environment), VERSION, packages, compiled=compiled))

    assert done.returncode == 0, done.stderr
    module = environment / "lib" / f"python{VERSION}" / "site-packages" / "one.py"
    assert module.stat().st_nlink == 2
    assert module.with_name("__pycache__").exists() != compiled
    assert not (environment / "left over").exists()
    assert (environment / ".complete").exists()
    assert f"version = {VERSION}" in (environment / "pyvenv.cfg").read_text()
    assert run((str(environment / "bin" / "show"),)).stdout == f"{environment} 1\n"
    assert INTERPRETER in (tmp_path / "two" / "bin" / "show").read_text()


def test_environment_that_lacks_a_package_is_not_complete(
    packages: list[PurePosixPath], tmp_path: Path
) -> None:
    environment = tmp_path / "environment"
    missing = [*packages, pure(tmp_path / "three")]

    done = run(python.make_environment(pure(environment), VERSION, missing, compiled=True))

    assert done.returncode != 0
    assert not (environment / ".complete").exists()


def test_what_is_no_python_does_not_fail_the_compiling_of_the_rest(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("X = 1\n")
    (tmp_path / "bad.py").write_text("no Python (")

    assert run(python.compile_all(pure(tmp_path))).returncode == 0

    assert len(list((tmp_path / "__pycache__").iterdir())) == 1


class App(BaseHTTPRequestHandler):
    """Answers with the status that the path names, and with the headers about the visitor."""

    def do_GET(self) -> None:
        body = f"{self.headers['Host']} {self.headers['X-Forwarded-Proto']}".encode()
        body = b"" if "empty" in self.path else body
        self.send_response(int(self.path[1:4]))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        # Who has seen a bad status may be gone already.
        with suppress(BrokenPipeError):
            self.wfile.write(body)

    def address_string(self) -> str:
        return "a socket has none"

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def app(tmp_path: Path) -> Iterator[PurePosixPath]:
    """The socket of an app."""
    with UnixStreamServer(str(tmp_path / "app.sock"), App) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield pure(tmp_path / "app.sock")
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_app_gets_the_same_headers_about_the_visitor_as_from_nginx(
    app: PurePosixPath, scheme: str
) -> None:
    done = run(http.get(f"{scheme}://shop.test/200", socket=app))

    assert (done.returncode, done.stdout) == (0, f"shop.test {scheme}")


@pytest.mark.parametrize("path", ["500", "404", "500empty"])
def test_bad_answer_fails_and_differs_from_no_answer(app: PurePosixPath, path: str) -> None:
    done = run(http.get(f"http://shop.test/{path}", socket=app))

    assert done.returncode != 0
    assert http.answered(done.stderr)
    assert done.stdout == ("" if "empty" in path else "shop.test http")


@pytest.mark.parametrize(
    ("path", "reached"), [("200", True), ("404", True), ("500", False), ("503empty", False)]
)
def test_older_release_is_reached_if_it_answers_at_all(
    app: PurePosixPath, path: str, reached: bool
) -> None:
    done = run(http.reach(f"http://shop.test/{path}", socket=app))

    assert (done.returncode == 0) == reached
    assert path[:3] in done.stdout
    assert run(http.reach("http://shop.test/", socket=app.parent / "none")).returncode != 0


def test_of_several_requests_only_the_first_failure_is_printed(app: PurePosixPath) -> None:
    urls = [f"http://shop.test/{path}" for path in ("200", "201", "404", "500")]

    good = run(all_of(tuple(http.get(url, socket=app) for url in urls[:2])))
    bad = run(all_of(tuple(http.get(url, socket=app) for url in urls)))

    assert (good.returncode, good.stdout, good.stderr) == (0, "", "")
    assert (bad.returncode, bad.stdout) == (22, "shop.test http\n")
    assert http.answered(bad.stderr)
    assert "404" in bad.stderr


def test_missing_socket_is_no_answer(tmp_path: Path) -> None:
    done = run(http.get("http://shop.test/", socket=pure(tmp_path / "none.sock")))

    assert done.returncode != 0
    assert not http.answered(done.stderr)


@pytest.mark.parametrize(
    ("url", "through"),
    [
        ("http://shop.test/x", "shop.test:80:127.0.0.1"),
        ("https://shop.test/x", "shop.test:443:127.0.0.1"),
    ],
)
def test_check_through_nginx_asks_this_host_whatever_the_name_leads_to(
    url: str, through: str
) -> None:
    argv = http.get(url, address="127.0.0.1")

    assert argv[argv.index("--resolve") + 1] == through
    assert argv[-1] == url


def test_root_is_asked_for_by_the_one_program_that_sudo_allows() -> None:
    program = ("sudo", "-n", "/usr/local/sbin/understudy-site", "shop")
    for build in (site.install_files, site.start, site.stop, site.secret_set, site.secret_rm):
        assert build("shop", "r1")[:4] == program
    for plain in (site.confirm, site.undo, site.secret_list, site.log, site.outgoing_off):
        assert plain("shop")[:4] == program


def test_migrations_that_were_applied_are_seen_in_what_django_prints() -> None:
    output = (
        "Operations to perform:\n"
        "  Applying lists.0001_initial... OK\n"
        "  Applying auth.0002_more... OK (1.024s)\n"
        "  Applying lists.0002_bad...Traceback\n"
    )
    first, second = app_commands.applied_migrations(output)
    assert (first.app, first.name, first.outcome) == ("lists", "0001_initial", "applied")
    assert (second.app, second.name, second.outcome) == ("auth", "0002_more", "applied in 1.0 s")


def test_two_commands_run_at_the_same_time_and_the_second_one_counts(tmp_path: Path) -> None:
    meeting = tmp_path / "meeting"
    other = script('echo dropped; : >"$1"; exit 3', meeting)
    waits = script('until [ -e "$1" ]; do sleep 0.01; done; echo printed; exit "$2"', meeting, 7)

    done = subprocess.run(alongside(other, waits), capture_output=True, text=True, timeout=20)

    assert (done.returncode, done.stdout, done.stderr) == (7, "printed\n", "")


def test_command_ends_when_what_runs_beside_it_has_ended(tmp_path: Path) -> None:
    other = script('sleep 0.3; : >"$1"', tmp_path / "late")

    subprocess.run(alongside(other, ("true",)), check=True, timeout=20)

    assert (tmp_path / "late").exists()


@pytest.mark.parametrize(
    ("state", "restarts", "recoverable"),
    [
        ("active", 0, True),
        ("activating", 0, True),
        ("activating", 1, False),
        ("active", 2, False),
        ("failed", 0, False),
        ("inactive", 0, False),
        ("deactivating", 0, False),
    ],
)
def test_service_that_was_restarted_or_does_not_run_is_not_recoverable(
    state: str, restarts: int, recoverable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = f"NRestarts={restarts}\nActiveState={state}"
    (tmp_path / "systemctl").write_text(f"#!/bin/sh\n[ \"$*\" = '{ASKED}' ] && echo '{printed}'\n")
    (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    assert (run(site.is_recoverable("shop", "r1")).returncode == 0) == recoverable


ASKED = "show -p ActiveState -p NRestarts shop@r1.service"
