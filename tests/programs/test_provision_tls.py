"""Provisioning writes of HTTPS what the nginx and OpenSSL of the host know, and no more."""

import subprocess
from pathlib import Path

import pytest

from tests.programs.host_tls import files, write

# Of Ubuntu 22.04, Debian 12, Ubuntu 24.04, Debian 13, Ubuntu 26.04, and a bookworm with another libssl.
VERSIONS = {
    "jammy": ("1.18.0 (Ubuntu)", "built with OpenSSL 3.0.2 15 Mar 2022"),
    "bookworm": ("1.22.1", "built with OpenSSL 3.0.9 30 May 2023 (running with OpenSSL 3.0.17)"),
    "noble": ("1.24.0 (Ubuntu)", "built with OpenSSL 3.0.13 30 Jan 2024"),
    "trixie": ("1.26.3", "built with OpenSSL 3.5.0 8 Apr 2025"),
    "resolute": ("1.28.2 (Ubuntu)", "built with OpenSSL 3.5.5 27 Jan 2026"),
    "newer": ("1.22.1", "built with OpenSSL 3.0.9 30 May 2023 (running with OpenSSL 3.5.1)"),
}


def written(root: Path, release: str) -> dict[str, list[str]]:
    version, built = VERSIONS[release]
    nginx = root / "nginx"
    nginx.write_text(f'#!/bin/sh\nprintf "%s\\n" "nginx version: nginx/{version}" "{built}" >&2\n')
    nginx.chmod(0o755)
    write(root, str(nginx))
    return files(root)


@pytest.mark.parametrize("release", VERSIONS)
def test_curve_of_after_quantum_computers_needs_openssl_3_5(release: str, tmp_path: Path) -> None:
    curves = written(tmp_path, release)["tls.conf"][0]

    later = "X25519MLKEM768:" if release in ("trixie", "resolute", "newer") else ""
    assert curves == f"ssl_ecdh_curve {later}X25519:prime256v1:secp384r1;"


@pytest.mark.parametrize("release", VERSIONS)
def test_http2_is_turned_on_as_this_nginx_wants_it(release: str, tmp_path: Path) -> None:
    found = written(tmp_path, release)

    directive = release in ("trixie", "resolute")
    assert found["tls.conf"][1:] == (["http2 on;"] if directive else [])
    listen = "ssl;" if directive else "ssl http2;"
    assert found["unknown-names.conf"][:2] == [f"listen 443 {listen}", f"listen [::]:443 {listen}"]


@pytest.mark.parametrize("release", VERSIONS)
def test_unknown_name_gets_no_certificate_of_a_site(release: str, tmp_path: Path) -> None:
    refuse = written(tmp_path, release)["unknown-names.conf"][2]

    if release != "jammy":
        assert refuse == "ssl_reject_handshake on;"
        return
    certificate, key = (
        f"{tmp_path}/etc/ssl/understudy-unknown-names.{end}" for end in ("pem", "key")
    )
    assert refuse == f"ssl_certificate {certificate}; ssl_certificate_key {key};"
    shown = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-noout", "-subject"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == "subject=CN = invalid\n"
    first = Path(certificate).read_text()
    assert (Path(key).stat().st_mode & 0o077) == 0
    written(tmp_path, release)
    assert Path(certificate).read_text() == first


def test_check_of_a_host_without_nginx_changes_nothing_and_does_not_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECK", "1")

    assert "would run: openssl req" in write(tmp_path, f"{tmp_path}/none")
    assert list((tmp_path / "etc/ssl").iterdir()) == []
