"""The zone todo.test on loopback: BIND takes changes signed with a TSIG key (RFC 2136), and Pebble asks it."""

import json
import shutil
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.programs.root_programs import Host
from understudy.local.bound_process import BoundProcess
from understudy.vm.issuer import authority, settings
from understudy.vm.issuer.files import Files
from understudy.vm.issuer.pebble import _free_ports

SECRET = "c2VjcmV0IG9mIHRoaXMgdGVzdCwgMzIgYnl0ZXMgbG9uZw=="
_NAMED = """
key "todo." {{ algorithm hmac-sha256; secret "{secret}"; }};
options {{
    directory "{folder}"; pid-file none; session-keyfile none; recursion no; dnssec-validation no;
    listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
}};
controls {{ }};
zone "todo.test" {{
    type primary; file "zone"; update-policy {{ grant todo. zonesub TXT; }};
}};
"""
_ZONE = "$TTL 1\n@ SOA ns hostmaster 1 60 60 60 1\n@ NS ns\n@ A 127.0.0.1\n* A 127.0.0.1\nns A 127.0.0.1\n"


@dataclass(frozen=True)
class Zone:
    """directory: the URL of Pebble's. ca: of its HTTPS. port: of BIND."""

    directory: str
    ca: bytes
    port: int


@contextmanager
def serving(folder: Path) -> Iterator[Zone]:
    """Both run until the end of the block."""
    files = Files(folder)
    dns, acme, management = _free_ports(3)
    folder.mkdir()
    (folder / "zone").write_text(_ZONE)
    (folder / "named.conf").write_text(_NAMED.format(secret=SECRET, folder=folder, port=dns))
    authority.ensure_ca(files)
    authority.make_certificate(files, settings.LOOPBACK)
    pebble = json.loads(settings.pebble_json(files, "127.0.0.9", management))
    pebble["pebble"]["listenAddress"] = f"127.0.0.1:{acme}"
    files.settings.write_text(json.dumps(pebble))
    named = ("named", "-g", "-c", str(folder / "named.conf"))
    with ExitStack() as running:
        for command, log, environment in (
            (named, folder / "named.log", {}),
            (settings.pebble_command(files, dns), files.log, settings.ENVIRONMENT),
        ):
            running.enter_context(closing(BoundProcess(command, log, environment)))
        directory = f"https://127.0.0.1:{acme}/dir"
        _wait_for(directory, files.ca)
        yield Zone(directory, files.ca.read_bytes(), dns)


def _wait_for(directory: str, ca: Path) -> None:
    context = ssl.create_default_context(cafile=str(ca))
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(OSError), urllib.request.urlopen(directory, context=context):  # noqa: S310
            return
        time.sleep(0.1)
    raise AssertionError("Pebble did not start")


def use_real_certbot(host: Host) -> None:
    """certbot of this machine, with all its files below the host's root."""
    places = " ".join(
        f"--{name}-dir {host.path(path)}"
        for name, path in (
            ("config", "/etc/letsencrypt"),
            ("work", "/var/lib/letsencrypt"),
            ("logs", "/var/log/letsencrypt"),
        )
    )
    host.fake(
        "certbot", f'PATH=/usr/bin:/bin:/usr/sbin exec {shutil.which("certbot")} "$@" {places}'
    )
    # What it has left when the host was made.
    for place in ("/etc/letsencrypt/live/todo", "/etc/letsencrypt/live"):
        host.path(place).rmdir()


def give_credentials(host: Host, port: int, secret: str = SECRET) -> None:
    values = {"SERVER": "127.0.0.1", "PORT": str(port), "NAME": "todo.", "SECRET": secret}
    for name, value in {**values, "ALGORITHM": "HMAC-SHA256"}.items():
        host.done("secret-set", f"ACME_DNS_RFC2136_{name}", given=value.encode())


def certificate_names(file: Path) -> list[str]:
    show = ["openssl", "x509", "-in", str(file), "-noout", "-ext", "subjectAltName"]
    shown = subprocess.run(show, check=True, capture_output=True, text=True).stdout
    return [word.strip().removeprefix("DNS:") for word in shown.splitlines()[1].split(",")]
