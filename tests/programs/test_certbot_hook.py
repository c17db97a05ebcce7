"""What certbot calls after a renewal: each site of the host gets what is new, and nginx reads it."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.fakes import TOP

PROVISION = (TOP / "provision/52-certbot.sh").read_text()


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A host in a directory with two sites. Its programs record their calls."""
    for site in ("shop", "wiki"):
        (tmp_path / "ssl" / site).mkdir(parents=True)
    for name in ("understudy-site", "nginx", "systemctl"):
        program(tmp_path, name)
    found = re.search(r"<<'HOOK' [^\n]*\n(.*?)^HOOK\n", PROVISION, re.DOTALL | re.MULTILINE)
    assert found
    text = found[1].replace("/etc/ssl/understudy", str(tmp_path / "ssl"))
    (tmp_path / "hook").write_text(text.replace("/usr/local/sbin", str(tmp_path / "bin")))
    return tmp_path


def program(host: Path, name: str, script: str = "") -> None:
    file = host / "bin" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f'#!/bin/sh\necho "{name} $*" >>{host}/calls\n{script}\n')
    file.chmod(0o755)


def run(host: Path, **environment: str) -> tuple[int, list[str]]:
    """Its exit code and the calls."""
    path = {"PATH": f"{host}/bin:/usr/bin:/bin"}
    done = subprocess.run(["sh", host / "hook"], env={**path, **environment})
    return done.returncode, (host / "calls").read_text().splitlines()


def test_each_site_takes_its_certificate(host: Path) -> None:
    assert run(host, RENEWED_LINEAGE="/etc/letsencrypt/live/shop") == (
        0,
        ["understudy-site shop certificate-take", "understudy-site wiki certificate-take"],
    )


def test_site_that_fails_does_not_keep_the_others_from_theirs(host: Path) -> None:
    program(host, "understudy-site", '[ "$1" = wiki ]')

    code, calls = run(host)

    assert code == 1
    assert calls[-1] == "understudy-site wiki certificate-take"


def test_nginx_reads_a_certificate_that_is_no_sites_own(host: Path) -> None:
    code, calls = run(host, RENEWED_LINEAGE="/etc/letsencrypt/live/example.com")

    assert code == 0
    assert calls[-2:] == ["nginx -t -q", "systemctl reload nginx"]


def test_nginx_is_not_reloaded_with_files_that_it_refuses(host: Path) -> None:
    program(host, "nginx", "exit 1")

    code, calls = run(host, RENEWED_LINEAGE="/etc/letsencrypt/live/example.com")

    assert code == 1
    assert "systemctl reload nginx" not in calls
