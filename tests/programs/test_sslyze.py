"""sslyze finds nothing in the HTTPS of a rendered site that Mozilla's intermediate profile wouldn't have."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from uv import find_uv_bin

from tests.programs.nginx_site import DOMAIN, Nginx, running
from tests.programs.site_config import CERTIFICATE

pytestmark = pytest.mark.needs("nginx", "openssl")

# https://ssl-config.mozilla.org/guidelines/6.0.json; sslyze itself has version 5.7, which allows more ciphers.
CIPHERS = ("WITH_AES_128_GCM_SHA256", "WITH_AES_256_GCM_SHA384", "WITH_CHACHA20_POLY1305_SHA256")
INTERMEDIATE = {
    "certificate_curves": ["prime256v1", "secp384r1"],
    "certificate_signatures": [
        "sha256WithRSAEncryption",
        *(f"ecdsa-with-SHA{bits}" for bits in (256, 384, 512)),
    ],
    "certificate_types": ["ecdsa", "rsa"],
    "ciphersuites": [f"TLS_{cipher.removeprefix('WITH_')}" for cipher in CIPHERS],
    "ciphers": {
        "iana": [f"TLS_ECDHE_{key}_{cipher}" for key in ("ECDSA", "RSA") for cipher in CIPHERS],
        **{program: [] for program in ("caddy", "go", "openssl")},
    },
    "dh_param_size": 2048,
    "ecdh_param_size": 256,
    "hsts_min_age": 63072000,
    "maximum_certificate_lifespan": 366,
    "ocsp_staple": True,
    "recommended_certificate_lifespan": 90,
    "rsa_key_size": 2048,
    "server_preferred_order": False,
    "tls_curves": ["X25519MLKEM768", "X25519", "prime256v1", "secp384r1"],
    "tls_versions": ["TLSv1.2", "TLSv1.3"],
}


def scan(nginx: Nginx, directory: Path) -> tuple[int, str]:
    """sslyze's exit code, and what it says of the profile."""
    profile = directory / "profile.json"
    profile.write_text(json.dumps(INTERMEDIATE))
    lock = Path(__file__).with_name("sslyze.txt")
    words = ("run", "--quiet", "--no-project", "--isolated", "--python", sys.executable)
    site = f"{DOMAIN}:{nginx.ports[443]}{{127.0.0.1}}"
    options = ("--custom_tls_config", profile, "--certinfo_ca_file", nginx.directory / "ssl/ca.pem")
    done = subprocess.run(
        [find_uv_bin(), *words, "--with-requirements", lock, "sslyze", *options, site],
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout.partition("COMPLIANCE AGAINST")[2] or done.stderr


def test_sslyze_finds_nothing(tmp_path: Path) -> None:
    with running(tmp_path / "nginx", CERTIFICATE, signed=True) as nginx:
        code, output = scan(nginx, tmp_path)

    assert "OK - Compliant" in output, output
    assert code == 0


def test_sslyze_finds_what_the_profile_lacks(tmp_path: Path) -> None:
    """So that the scan above is known to look."""

    def older(site: str) -> str:
        site = site.replace(":ECDHE-ECDSA-CHACHA20-POLY1305", ":ECDHE-ECDSA-AES256-SHA384")
        return site.replace("include /etc/nginx/understudy/tls.conf;", "")

    with running(tmp_path / "nginx", CERTIFICATE, signed=True, change=older) as nginx:
        code, output = scan(nginx, tmp_path)

    assert code == 1, output
    assert "tls_curves" in output
    assert "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384" in output
