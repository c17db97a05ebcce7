"""The query and its parser, on hosts in all states."""

import os
import shlex
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest

from understudy.errors import StepFailed
from understudy.host import facts, facts_query

BARE = """\
line\t/etc/os-release\tNAME="Debian GNU/Linux"
line\t/etc/os-release\tPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
current\t
python\t/usr/bin/python3.11
machine\tx86_64
end\tok
"""
MANIFEST = (
    '{"id": "c0ffee00-1", "commit": "c0ffee00", "lock": "l1-3.11",'
    ' "deployed_at": "2024-05-01T10:00:00+00:00", "deployed_by": "ann@desk"}'
)
LIVE = f"""\
line\t/etc/os-release\tPRETTY_NAME="Debian GNU/Linux 13 (trixie)"
line\t/etc/understudy/shop.provisioned\t0123456789abcdef
line\t/srv/shop/releases/c0ffee00-1/manifest.json\t{MANIFEST}
line\t/etc/nginx/sites-available/shop\tserver {{
line\t/etc/nginx/sites-available/shop\t\t}}
venv\t/srv/shop/venvs/l1-3.11
venv\t/srv/shop/venvs/l2-3.11
package\t/srv/shop/cache/packages/django-5.2-py3-none-any-0123abcd-py3.13
current\treleases/c0ffee00-1
python\t/usr/bin/python3.13
machine\taarch64
unit\tnginx.service
unit\tshop@c0ffee00-1.service
unit\tshop@0ld.service
ending\tshop@0lder.service
end\tok
"""


def test_bare_host_has_no_release() -> None:
    observed = facts.parse(BARE)

    assert (observed.stamp, observed.python, observed.current) == ("", "3.11", None)
    assert (observed.releases, observed.running, observed.nginx_active) == ((), frozenset(), False)


def test_host_with_a_live_release_is_observed_in_full() -> None:
    observed = facts.parse(LIVE)

    assert (observed.stamp, observed.python, observed.machine) == (
        "0123456789abcdef",
        "3.13",
        "aarch64",
    )
    release = observed.release(observed.current)
    assert release is not None
    assert (release.commit, release.deployed_by) == ("c0ffee00", "ann@desk")
    assert observed.running == {"c0ffee00-1", "0ld"}
    assert observed.ending == {"0lder"}
    assert observed.venvs == {"l1-3.11", "l2-3.11"}
    assert observed.files == {"/etc/nginx/sites-available/shop": "server {\n\t}\n"}
    assert observed.packages == {"django-5.2-py3-none-any-0123abcd-py3.13"}
    assert observed.os == "Debian GNU/Linux 13 (trixie)"
    assert observed.nginx_active


def test_greeting_of_a_login_is_ignored() -> None:
    assert facts.parse("Welcome!\n\nhave fun\n" + LIVE) == facts.parse(LIVE)


@pytest.mark.parametrize("lines", range(LIVE.count("\n")))
def test_answer_that_was_cut_off_is_an_error(lines: int) -> None:
    """Half of it would look like a host that lacks something."""
    with pytest.raises(StepFailed, match="cut off"):
        facts.parse("".join(LIVE.splitlines(keepends=True)[:lines]))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"id": "r1"}', MANIFEST.replace("}", ', "later": "1"}'), '"text"'],
)
def test_manifest_that_cannot_be_read_is_an_error(text: str) -> None:
    with pytest.raises(StepFailed, match=r"manifest\.json"):
        facts.parse(LIVE.replace(MANIFEST, text))


HOST_NAME = Path("/proc/sys/kernel/hostname").read_text().strip()


UNITS = (
    'echo "nginx.service loaded active running A web server"\n'
    'echo "shop@r1.service loaded active running shop, release r1"\n'
    'echo "shop@r0.service loaded deactivating stop-sigterm shop, release r0"\n'
)


def observe(root: Path, systemctl: str = UNITS) -> facts.ObservedState:
    """The real query, run by a shell on a tree in place of a host's root directory.

    systemctl: a script in its place.
    """
    (root / "bin").mkdir(exist_ok=True)
    (root / "bin" / "systemctl").write_text(f"#!/bin/sh\n{systemctl}")
    (root / "bin" / "systemctl").chmod(0o755)
    (root / "etc").mkdir(exist_ok=True)
    if not (root / "etc" / "hosts").exists():
        (root / "etc" / "hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {HOST_NAME}\n")
    (root / "etc" / "os-release").write_text('PRETTY_NAME="An OS"\n')
    words = list(facts_query.query("shop"))
    for top in ("/srv/", "/etc/"):
        words[2] = words[2].replace(top, f"{root}{top}")
    path = f"PATH={root}/bin:/usr/bin:/bin"
    done = subprocess.run(["env", path, *words], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b""), shlex.join(words)
    return facts.parse(done.stdout.decode().replace(f"{root}/srv", "/srv"))


def test_query_of_a_host_without_the_site_answers(tmp_path: Path) -> None:
    observed = observe(tmp_path)

    assert (observed.os, observed.stamp, observed.current, observed.files) == (
        "An OS",
        "",
        None,
        {},
    )


def test_query_of_a_provisioned_host_without_releases_answers(tmp_path: Path) -> None:
    for name in ("releases", "venvs", "cache"):
        (tmp_path / "srv" / "shop" / name).mkdir(parents=True)

    observed = observe(tmp_path)

    assert (observed.current, observed.releases, observed.venvs) == (None, (), frozenset())


def test_query_separates_complete_from_half_made(tmp_path: Path) -> None:
    site = tmp_path / "srv" / "shop"
    for name in (
        "releases/r1",
        "releases/half",
        "venvs/whole",
        "venvs/half",
        "cache/packages/a-1",
        "cache/packages.tar.gz.d/b-2",
    ):
        (site / name).mkdir(parents=True)
    (site / "releases/r1/manifest.json").write_text(MANIFEST.replace("c0ffee00-1", "r1"))
    (site / "releases/half/manifest.json.new").write_text(MANIFEST)
    (site / "releases/r1/run").write_bytes("tab\there, ä\n\n$HOME `id`\r\nno end".encode())
    (site / "venvs/whole/.complete").touch()
    (site / "current").symlink_to("releases/r1")

    observed = observe(tmp_path)

    assert [release.id for release in observed.releases] == ["r1"]
    assert {path.name for path in observed.half_made} == {"half"}
    assert len(observed.half_made) == 2, "a release and an environment"
    assert observed.current == "r1"
    assert abs(observed.free - shutil.disk_usage(site).free) < 2**30
    assert [*observed.running, *observed.ending, *observed.venvs] == ["r1", "r0", "whole"]
    assert [*observed.packages] == ["a-1"]
    assert observed.files == {"/srv/shop/current/run": "tab\there, ä\n\n$HOME `id`\r\nno end\n"}
    assert observed.nginx_active


@pytest.mark.parametrize(
    ("lock", "holder"),
    [("ann@desk (deploy) since noon\nended\n", "ann@desk (deploy) since noon")]
    + [(text, "") for text in (None, "", "\n", "ann@desk (deploy) since noon\n")],
)
def test_query_gives_the_last_holder_of_the_lock_once_it_has_ended(
    lock: str | None, holder: str, tmp_path: Path
) -> None:
    """What was observed while another deploy was at work is out of date when that one has ended."""
    site = tmp_path / "srv" / "shop"
    site.mkdir(parents=True)
    if lock is not None:
        (site / "lock").write_text(lock)

    assert observe(tmp_path).last_holder == holder


def test_query_gives_the_time_since_when_a_release_was_live(tmp_path: Path) -> None:
    mark = tmp_path / "srv/shop/releases/r1/served"
    mark.parent.mkdir(parents=True)
    mark.touch()
    os.utime(mark, (1_700_000_000, 1_700_000_000))

    observed = observe(tmp_path)

    assert observed.served == {"r1"}
    assert observed.served_since == {"r1": datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)}


def test_query_gives_nginx_files_of_other_sites_only(tmp_path: Path) -> None:
    nginx = tmp_path / "etc/nginx"
    for name in ("sites-enabled/shop", "sites-enabled/wiki", "conf.d/a.conf", "conf.d/a.off"):
        (nginx / name).parent.mkdir(parents=True, exist_ok=True)
        (nginx / name).write_text(f"# {name}\n")

    observed = observe(tmp_path)

    assert sorted(PurePosixPath(path).name for path in observed.files) == ["a.conf", "wiki"]


def test_nginx_files_of_other_sites_are_kept_apart() -> None:
    lines = "line\t/etc/nginx/sites-enabled/wiki\tserver {\nline\t/etc/nginx/conf.d/a.conf\t#\n"

    observed = facts.parse(lines + LIVE)

    assert observed.other_sites == {
        "/etc/nginx/sites-enabled/wiki": "server {\n",
        "/etc/nginx/conf.d/a.conf": "#\n",
    }
    assert observed.files == facts.parse(LIVE).files


@pytest.mark.parametrize("line", ["127.0.1.1 {}", "127.0.1.1\tx.example {}", "::1 a {} b", None])
def test_host_name_that_is_known_nowhere_is_observed(line: str | None, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/hosts").write_text((line or "127.0.0.1 localhost").format(HOST_NAME))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/getent").write_text("#!/bin/sh\nexit 2\n")
    (tmp_path / "bin/getent").chmod(0o755)

    assert observe(tmp_path).lost_name == ("" if line else HOST_NAME)


@pytest.mark.parametrize(
    ("line", "free", "secrets"),
    [("", 0, ""), ("free\t9 4096\n", 36864, ""), ("free\t\nsecrets\t123 4\n", 0, "123 4")],
)
def test_free_disk_and_checksum_of_the_secrets_are_read(line: str, free: int, secrets: str) -> None:
    observed = facts.parse(line + BARE)

    assert (observed.free, observed.secrets) == (free, secrets)


def test_names_of_the_secrets_are_read_and_no_value() -> None:
    observed = facts.parse(BARE.replace("machine\t", "secret\tSECRET_KEY\nsecret\tDSN\nmachine\t"))

    assert observed.secret_names == {"SECRET_KEY", "DSN"}


def test_query_prints_the_names_of_the_secrets_only(tmp_path: Path) -> None:
    env = tmp_path / "srv/shop/shared/env"
    env.parent.mkdir(parents=True)
    env.write_text('SECRET_KEY="hunter2=\\\\"\nDSN="OTHER=hunter2"\n')
    query = [word.replace("/srv/", f"{tmp_path}/srv/") for word in facts_query.query("shop")]

    asked = subprocess.run(query, capture_output=True, text=True, check=True).stdout

    assert "hunter2" not in asked
    assert [line for line in asked.splitlines() if line.startswith("secret\t")] == [
        "secret\tSECRET_KEY",
        "secret\tDSN",
    ]


@pytest.mark.parametrize(
    ("package", "exact"),
    [
        ("3.11.2-6+deb12u6", "3.11.2"),
        ("3.11.14-1~22.04.1", "3.11.14"),
        ("1:3.11.0~rc1-1", "3.11.0"),
        ("3.13.5-2", ""),
        ("3.11", ""),
        ("$(reboot)", ""),
    ],
)
def test_exact_python_is_read_from_its_package(package: str, exact: str) -> None:
    output = BARE.replace("machine\t", f"python_package\t{package}\nmachine\t")

    assert facts.parse(output).exact_python == exact


def test_query_finds_the_version_of_this_machines_python_where_it_is_a_package() -> None:
    python = os.path.realpath("/usr/bin/python3")
    done = subprocess.run(
        [python, "-c", "import platform; print(platform.python_version())"],
        capture_output=True,
        text=True,
        check=True,
    )

    asked = subprocess.run(list(facts_query.query("shop")), capture_output=True, text=True)

    assert f"python_package\t{done.stdout.strip()}-" in asked.stdout


def test_host_without_python_has_none() -> None:
    assert facts.parse(BARE.replace("/usr/bin/python3.11", "")).python == ""


@pytest.mark.parametrize(
    ("value", "odd", "named"),
    [
        ("c0ffee00-1", "../../x", "release's id"),
        ("c0ffee00", "HEAD", "release's commit"),
        ("l1-3.11", "-rf", "release's lock"),
        ("ann@desk", "a" * 201, "release's deployer"),
    ],
)
def test_part_of_a_manifest_that_does_not_fit_is_named(value: str, odd: str, named: str) -> None:
    text = LIVE.replace(MANIFEST, MANIFEST.replace(f'"{value}"', f'"{odd}"'))

    with pytest.raises(StepFailed, match=f"its {named} is"):
        facts.parse(text)
