"""A host on which certbot is a fake that issues certificates, or says why it does not."""

import subprocess
from pathlib import Path

from tests.programs.root_programs import Host, make_host

DIRECTORY = "https://acme.test/dir"
LIVE = "/etc/ssl/understudy/todo/live"
LINEAGE = "/etc/letsencrypt/live/todo"
# With a CA of its own, an issuer is one for tests.
ASK = ("certificate", DIRECTORY, "agreed", "ann@todo.test", "todo.test", "www.todo.test")


def make_certbot_host(root: Path) -> Host:
    host = make_host(root)
    for place in (LINEAGE, "/etc/letsencrypt/renewal", "/etc/ssl/certs", "/var/log/letsencrypt"):
        host.path(place).mkdir(parents=True)
    host.path("/etc/ssl/certs/ca-certificates.crt").write_text("the system's\n")
    for tool in ("tee", "touch", "seq"):
        (host.path("bin") / tool).symlink_to(f"/usr/bin/{tool}")
    issues(host)
    return host


def issues(host: Host, program: str = "certbot") -> None:
    """Each call issues a new certificate."""
    place = host.path(LINEAGE)
    host.fake(
        program,
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj /CN=issued "
        f"-keyout {place}/privkey.pem -out {place}/fullchain.pem 2>/dev/null; echo Successfully received",
    )


def refuses(host: Host, text: str, *, times: int = 10**6) -> None:
    """certbot prints that text and fails, so many times; then it issues."""
    issues(host, "issuing")
    host.path("says").write_text(text)
    left = host.path("left")
    left.write_text("x\n" * times) if times < 100 else left.unlink(missing_ok=True)
    host.fake(
        "certbot",
        f"if [ ! -e {left} ] || [ -s {left} ]; then cat {host.path('says')}; "
        f'[ ! -e {left} ] || sed -i 1d {left}; exit 1; fi; exec issuing "$@"',
    )


def make_pair(directory: Path, *options: str) -> None:
    """A certificate and its key. options: of openssl x509."""
    key, chain = str(directory / "privkey.pem"), str(directory / "fullchain.pem")
    make = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    subprocess.run([*make, "-out", key], check=True, capture_output=True)
    request = ["openssl", "req", "-new", "-key", key, "-subj", "/CN=todo.test"]
    csr = subprocess.run(request, check=True, capture_output=True).stdout
    sign = ["openssl", "x509", "-req", "-signkey", key, *options, "-out", chain]
    subprocess.run(sign, input=csr, check=True, capture_output=True)


def issuer_of(host: Host) -> str:
    """Of the certificate that nginx would serve."""
    file = str(host.path(LIVE) / "fullchain.pem")
    show = ["openssl", "x509", "-in", file, "-noout", "-issuer"]
    return subprocess.run(show, check=True, capture_output=True, text=True).stdout
