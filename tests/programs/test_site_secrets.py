"""understudy-site stores an app's secrets exactly, never shows a value, and loses none."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.programs.root_programs import Host, make_host
from understudy.commands import site
from understudy.release.environment import quote_shell

KEY = 'SECRET_KEY="a+/="\n'
NASTY = {
    "QUOTES": 'a"b\'c"',
    "DOLLAR": "$HOME ${X} $(id) $$",
    "BACKTICK": "`id`",
    "BACKSLASH": "\\ \\\\ \\n a\\",
    "SPACES": "  in and around  ",
    "UNICODE": "Grüße 日本 🐍",
    "URL": "postgres://u:p#a%20s=s@h/db?x=1&y=2;z#",
    "TAB": "a\tb",
    "EXCLAMATION": "!! * ? [a] ~ | < > ( ) { }",
    "DASH": "-n",
    "LONG": "x" * 32768,
}


def prepared(directory: Path, *, noting: bool = False) -> Host:
    host = make_host(directory, noting=noting)
    shared = host.path("/srv/todo/shared")
    shared.mkdir(mode=0o755)
    shared.chmod(0o755)
    (shared / "env").write_text(KEY)
    (shared / "env").chmod(0o640)
    return host


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return prepared(tmp_path)


def env(host: Host) -> Path:
    return host.path("/srv/todo/shared/env")


def read_back(host: Host, name: str) -> str:
    """The value, as a shell that sources the file has it."""
    script = f'. "$1"; printf %s "${name}"'
    return subprocess.run(
        ["sh", "-euc", script, "sh", str(env(host))], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("name", NASTY)
def test_value_is_read_back_exactly(name: str, host: Host) -> None:
    host.done("secret-set", name, given=NASTY[name].encode() + b"\n")

    assert read_back(host, name) == NASTY[name]
    # systemd knows these escapes too: the same as those of the other environment file.
    assert env(host).read_text() == f"{KEY}{name}={quote_shell(NASTY[name])}\n"


def test_value_without_a_newline_at_its_end_is_the_same_value(host: Host) -> None:
    host.done("secret-set", "TOKEN", given=b"abc")

    assert read_back(host, "TOKEN") == "abc"


def test_new_value_takes_the_place_of_the_old_one_and_of_no_other(host: Host) -> None:
    for name, value in [
        ("TOKEN", b"old"),
        ("TOKEN_2", b"two"),
        ("A_TOKEN", b"a"),
        ("TOKEN", b"new"),
    ]:
        host.done("secret-set", name, given=value)

    assert sorted(env(host).read_text().splitlines()) == sorted(
        [KEY.strip(), 'A_TOKEN="a"', 'TOKEN="new"', 'TOKEN_2="two"']
    )


def test_line_without_an_end_is_not_joined_with_the_next(host: Host) -> None:
    env(host).write_text('OTHER="by hand"')

    host.done("secret-set", "TOKEN", given=b"x")

    assert env(host).read_text() == 'OTHER="by hand"\nTOKEN="x"\n'


def test_secret_that_is_the_only_one_is_replaced(host: Host) -> None:
    host.done("secret-set", "SECRET_KEY", given=b"other")

    assert env(host).read_text() == 'SECRET_KEY="other"\n'


def test_file_is_never_readable_by_others_and_belongs_to_the_app_before_it_is_in_place(
    host: Host,
) -> None:
    new = f"{host.path('/srv/todo/shared')}/.env.*"
    state = (
        f'for file in {new}; do [ ! -e "$file" ] || stat -c %a "$file" >>{host.root}/modes; done'
    )
    work = f"{host.path('/var/lib/understudy/todo')}/work.*"
    host.fake("chown", f"{state}\nstat -c %a {work} {work}/* >{host.root}/work")
    host.path("bin/sync").unlink()
    host.fake("sync", state)

    host.done("secret-set", "TOKEN", given=b"x")

    modes = (host.root / "modes").read_text().split()
    assert (host.root / "work").read_text().split() == ["700", "600", "600"]
    assert modes == ["600", "640"], "private until it has its owner; then synced"
    chown, sync, sync_directory = host.calls()
    assert chown.startswith("chown root:todo .env.")
    assert sync.removeprefix("sync ") == chown.removeprefix("chown root:todo ")
    assert sync_directory == "sync ."
    assert [path.name for path in env(host).parent.iterdir()] == ["env"]
    assert env(host).stat().st_mode & 0o777 == 0o640


def test_value_is_in_no_command_line_and_in_no_environment(tmp_path: Path) -> None:
    host = prepared(tmp_path, noting=True)
    host.done("secret-set", "TOKEN", given=b"hunter2", value="exported", line="exported")

    seen = host.all_seen()
    assert "mv -f" in seen, "the wrappers do note"
    assert "LC_ALL" in seen
    assert "hunter2" not in seen
    assert read_back(host, "TOKEN") == "hunter2"
    left = [path for path in host.path("/var").rglob("*") if path.is_file()]
    assert not [path for path in left if b"hunter2" in path.read_bytes()]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (b"", "no value"),
        (b"\n", "no value"),
        (b"a\nb", "more than one line"),
        (b"a\n\n", "more than one line"),
        (b"a\nROOT=1\n", "more than one line"),
        (b"a\0b", "control"),
        (b"a\n\0", "control"),
        (b"a\r\n", "control"),
        (b"a\x1bb", "control"),
        (b"x" * 32769, "longer"),
        (b"x" * 32769 + b"\n", "longer"),
        (b"x" * 1_000_000, "longer"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_value_that_would_not_be_read_back_exactly_is_refused(
    given: bytes, error: str, host: Host
) -> None:
    assert error in host.refused("secret-set", "TOKEN", given=given)
    assert env(host).read_text() == KEY


@pytest.mark.parametrize(
    "name", ["", "token", "1A", "A-B", "A B", "A=B", "A\nB", "../A", "Ä", "A.*"]
)
@pytest.mark.parametrize("verb", ["secret-set", "secret-rm"])
def test_bad_name_is_refused(verb: str, name: str, host: Host) -> None:
    assert "bad name" in host.refused(verb, name, given=b"x")
    assert env(host).read_text() == KEY


def test_names_are_listed_and_no_value(host: Host) -> None:
    host.done("secret-set", "ZULU", given=b"A=b")
    host.done("secret-set", "ALPHA", given=b"x\tB=y")

    assert host.done("secret-list") == "ALPHA\nSECRET_KEY\nZULU\n"


def test_removed_secret_is_gone_and_no_other(host: Host) -> None:
    host.done("secret-set", "TOKEN", given=b"x")
    host.done("secret-set", "TOKEN_2", given=b"y")

    host.done("secret-rm", "TOKEN")

    assert env(host).read_text() == KEY + 'TOKEN_2="y"\n'
    assert "no secret TOKEN" in host.refused("secret-rm", "TOKEN")


def test_key_of_the_app_cannot_be_removed(host: Host) -> None:
    assert "SECRET_KEY" in host.refused("secret-rm", "SECRET_KEY")
    assert env(host).read_text() == KEY


def test_none_is_lost_when_several_are_set_at_once(host: Host) -> None:
    """Each is slow between reading the old file and putting the new one in place."""
    host.fake("chown", "sleep 0.05")
    names = [f"TOKEN_{letter}" for letter in "ABCDE"]

    host.together(*((("secret-set", name), b"x") for name in names))

    assert host.done("secret-list").split() == ["SECRET_KEY", *names]


def test_set_that_fails_leaves_the_old_file(host: Host) -> None:
    host.fake("chown", "exit 1")

    host.refused("secret-set", "TOKEN", given=b"x")
    host.fake("chown", "")
    host.done("secret-set", "OTHER", given=b"y")

    assert env(host).read_text() == KEY + 'OTHER="y"\n'
    assert [path.name for path in env(host).parent.iterdir()] == ["env"], "nothing is left behind"


@pytest.mark.parametrize("verb", ["secret-set TOKEN", "secret-rm TOKEN", "secret-list"])
@pytest.mark.parametrize("kind", ["link", "directory"])
def test_directory_that_the_deployer_put_there_is_refused(
    kind: str, verb: str, host: Host, tmp_path: Path
) -> None:
    """With it root would read /etc/shadow for the deployer, or write anywhere."""
    shared = host.path("/srv/todo/shared")
    shared.rename(tmp_path / "elsewhere")
    if kind == "link":
        shared.symlink_to(tmp_path / "elsewhere")
    else:
        shared.mkdir()
        # Another owner takes root's rights to make; another mode does not.
        shared.chmod(0o775)
        (shared / "env").symlink_to(tmp_path / "elsewhere" / "env")

    assert "not the directory" in host.refused(*verb.split(), given=b"x")
    assert (tmp_path / "elsewhere" / "env").read_text() == KEY


def test_host_without_a_file_of_secrets_has_to_be_provisioned_again(host: Host) -> None:
    env(host).unlink()

    assert "provision this host again" in host.refused("secret-set", "TOKEN", given=b"x")


def generate(host: Host, name: str, length: int) -> subprocess.CompletedProcess[bytes]:
    """As a deploy does: sudo is the program itself."""
    host.fake("sudo", f'shift 2\nexec {host.program} "$@"')
    tools = f"{host.path('bin')}:{os.environ['PATH']}"
    argv = site.secret_generate("todo", name, length)
    return subprocess.run(argv, env={"PATH": tools}, capture_output=True, timeout=60)


@pytest.mark.parametrize("length", [16, 50, 1024])
def test_secret_is_made_of_letters_and_digits_and_is_another_on_each_host(
    length: int, tmp_path: Path
) -> None:
    hosts = [prepared(tmp_path / name) for name in "ab"]

    made = [generate(host, "MADE", length) for host in hosts]

    assert [(done.returncode, done.stdout, done.stderr) for done in made] == [(0, b"", b"")] * 2
    one, other = (read_back(host, "MADE") for host in hosts)
    assert one != other
    assert [len(value) for value in (one, other)] == [length] * 2
    assert (one + other).isalnum()
    assert (one + other).isascii()


def test_secret_that_is_there_is_not_made_again(host: Host) -> None:
    host.done("secret-set", "MADE", given=b"mine\n")

    assert generate(host, "MADE", 50).returncode == 0

    assert read_back(host, "MADE") == "mine"


def test_secret_is_not_made_where_the_list_of_them_cannot_be_read(host: Host) -> None:
    env(host).rename(env(host).with_name("env.away"))

    done = generate(host, "MADE", 50)

    assert done.returncode != 0
    assert b"env is missing" in done.stderr


def logins(host: Host) -> Path:
    return host.path("/srv/todo/shared/htpasswd")


def test_password_for_visitors_is_kept_as_a_hash_for_nginx_and_not_for_the_app(host: Host) -> None:
    host.done("secret-set", "BASIC_AUTH_ANNA", given=b"pass: wo\xc3\xb6rd \n")
    host.done("secret-set", "BASIC_AUTH_MAX_2", given=b"other")

    assert env(host).read_text() == KEY
    anna, other = logins(host).read_text().splitlines()
    assert other.startswith("max_2:$6$")
    name, _, kept = anna.partition(":")
    salt = kept.split("$")[2]
    made = subprocess.run(
        ["openssl", "passwd", "-6", "-salt", salt, "-stdin"],
        input="pass: woörd ".encode(),
        capture_output=True,
    )
    assert (name, kept) == ("anna", made.stdout.decode().strip())
    assert logins(host).stat().st_mode & 0o777 == 0o640
    assert any(call.startswith("chown root:www-data .htpasswd.") for call in host.calls())


def test_password_for_visitors_is_replaced_listed_and_removed(host: Host) -> None:
    for name, password in [("ANNA", b"old"), ("ANN", b"x"), ("ANNA", b"new")]:
        host.done("secret-set", f"BASIC_AUTH_{name}", given=password)

    assert [line.partition(":")[0] for line in logins(host).read_text().splitlines()] == [
        "ann",
        "anna",
    ]
    listed = host.done("secret-list").split()
    assert listed == ["BASIC_AUTH_ANN", "BASIC_AUTH_ANNA", "SECRET_KEY"]
    host.done("secret-rm", "BASIC_AUTH_ANN")
    assert logins(host).read_text().startswith("anna:")
    assert "there is no secret" in host.refused("secret-rm", "BASIC_AUTH_ANN")


def test_password_for_visitors_that_openssl_would_cut_off_is_refused(host: Host) -> None:
    assert "at most 200" in host.refused("secret-set", "BASIC_AUTH_ANNA", given=b"x" * 201)
    assert not logins(host).exists()


def test_no_password_for_visitors_is_shown_to_other_users(tmp_path: Path) -> None:
    host = prepared(tmp_path, noting=True)

    host.done("secret-set", "BASIC_AUTH_ANNA", given=b"s3cret-of-anna")

    assert "s3cret-of-anna" not in host.all_seen()


class TestOfBackups:
    """Those of restic, where the site has off-host backups."""

    @pytest.fixture
    def place(self, host: Host) -> Path:
        place = host.path("/var/lib/understudy/todo/off-host")
        place.mkdir(mode=0o700)
        return place

    def test_root_alone_has_them(self, host: Host, place: Path) -> None:
        host.done("secret-set", "RESTIC_PASSWORD", given=b"a b$c\n")

        assert (place / "RESTIC_PASSWORD").read_text() == "a b$c\n"
        assert (place / "RESTIC_PASSWORD").stat().st_mode & 0o777 == 0o600
        assert env(host).read_text() == KEY
        assert host.done("secret-list").split() == ["RESTIC_PASSWORD", "SECRET_KEY"]
        host.done("secret-rm", "RESTIC_PASSWORD")
        assert list(place.iterdir()) == []
        assert "there is no secret RESTIC_PASSWORD" in host.refused("secret-rm", "RESTIC_PASSWORD")

    def test_no_other_name_becomes_a_variable_of_restic(self, host: Host, place: Path) -> None:
        host.done("secret-set", "RESTIC_PASSWORD_COMMAND", given=b"id\n")

        assert list(place.iterdir()) == []
        assert "RESTIC_PASSWORD_COMMAND" in env(host).read_text()

    def test_without_such_backups_it_is_the_apps(self, host: Host) -> None:
        host.done("secret-set", "RESTIC_PASSWORD", given=b"x\n")

        assert read_back(host, "RESTIC_PASSWORD") == "x"


@pytest.mark.parametrize("name", ["../x", "20260102", "x", "20260102T030405Z-a/b", ""])
def test_only_a_backups_name_is_fetched(name: str, host: Host) -> None:
    assert "bad name of a backup" in host.refused("off-host-fetch", name)


def test_off_host_verbs_are_refused_without_a_place(host: Host) -> None:
    for words in (("off-host-run",), ("off-host-list",), ("off-host-fetch", "20260102T030405Z-a")):
        assert "has no `backups` in deploy.yml" in host.refused(*words)
