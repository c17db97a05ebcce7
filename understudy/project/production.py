"""The capture of a production server -> what deploy.yml says of it: release, packages, the target. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from understudy.config.releases import RELEASES, of_system
from understudy.parity.capture.value import Capture
from understudy.project.values import Deployment, Found, Unknown

TARGET = "production"
# Installed by name on a server for an app, and not for the system itself.
_OF_APPS = re.compile(
    r"lib(pq|mariadb|jpeg|turbojpeg|webp|vips|magic|gdal|geos|proj|pango|cairo|xslt|xmlsec|ldap|heif|snappy|"
    r"zbar|sndfile|spatialite)[a-z0-9.+-]*(?<!-dev)|gettext|redis-server|valkey-server|memcached|"
    r"imagemagick|ffmpeg|ghostscript|graphviz|poppler-utils|tesseract-ocr[a-z-]*|wkhtmltopdf|gdal-bin|"
    r"binutils|pandoc|fonts-[a-z0-9-]+"
)
NOT_KNOWN = "not known"
# Comments of deploy.yml. Only the user can agree to an issuer's terms: until then a deploy is refused.
HTTPS = "a certificate of Let's Encrypt, renewed by the host; `off` for none"
ACME = {"email": "", "terms": False}
TERMS = "true: you agree to the terms at https://letsencrypt.org/repository/"
# Of names that no public issuer knows: RFC 2606, 6761, 8375 and ICANN's .internal.
_OF_NO_ONE = re.compile(r".*\.(test|example|invalid|localhost|local|internal|lan|home\.arpa)")
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9.-]*\.[a-z]{2,}")
_SERVER_NAME = re.compile(r"\bserver_name\s+([^;]+);")


@dataclass(frozen=True)
class Login:
    """Files, as a user gave them: the private key, and the trusted host keys. "" for the usual ones."""

    key: str = ""
    known_hosts: str = ""


@dataclass(frozen=True)
class Server:
    """How to log in, as deploy.yml will have it."""

    address: str
    admin: str
    port: int = 22
    login: Login = Login()


def server(text: str, user: str) -> Server | None:
    """[USER@]ADDRESS[:PORT] -> Server; None for anything else. user: if it names none."""
    found = re.fullmatch(
        r"(?:([a-z][a-z0-9-]*)@)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::(\d+))?", text
    )
    if not found:
        return None
    return Server(found[2].strip("[]"), found[1] or user, int(found[3] or 22))


def target(found: Server, domain: str, why: str, others: tuple[str, ...] = ()) -> Deployment:
    """The target alone, which a capture needs. others: more names of the site."""
    names = {"domains": Found([domain, *others], why)} if others else {"domain": Found(domain, why)}
    keys = {
        **names,
        **({} if _OF_NO_ONE.fullmatch(domain) else _https()),
        "address": Found(
            found.address, "--capture; several servers have `hosts`: docs/topology.md"
        ),
        **({"port": Found(found.port, "--capture")} if found.port != 22 else {}),
        "admin": Found(found.admin, "--capture"),
        **({"key": Found(found.login.key, "--key")} if found.login.key else {}),
        **(
            {"known_hosts": Found(found.login.known_hosts, "--known-hosts")}
            if found.login.known_hosts
            else {}
        ),
        "require_clean": Found(True, "refuse to deploy with uncommitted changes"),
    }
    return Deployment(production=keys)


def _https() -> dict[str, Found]:
    return {"https": Found("auto", HTTPS), "acme": Found(ACME, TERMS)}


def domain(capture: Capture | None, address: str, name: str) -> tuple[str, str]:
    """The site's domain, and how it's known: the only one of nginx, or the name that one logs in by.

    name: of the app. Where nginx has several, the one whose file names the app; else it is not known.
    """
    sites = dict(_sites(capture, name)) if capture else {}
    ours = {one: text for one, text in sites.items() if re.search(rf"\b{name}\b", text)}
    for found in (sites, ours):
        if len(found) == 1:
            return next(iter(found)), "server_name in the server's nginx"
    if (not sites or address in sites) and _DOMAIN.fullmatch(address):
        return address, "--capture"
    several = f": the server's nginx has {', '.join(sites)}" if sites else ""
    return f"{name}.example.com", f"{NOT_KNOWN}{several}"


def www(capture: Capture, domain: str) -> tuple[str, ...]:
    """The domain with www., if nginx has it too. A capture has `{domain}` in place of its target's."""
    texts = capture.readable("nginx").values()
    served = {
        one for text in texts for names in _SERVER_NAME.findall(text) for one in names.split()
    }
    return (f"www.{domain}",) if served & {f"www.{domain}", "www.{domain}"} else ()


def _sites(capture: Capture, name: str) -> Iterator[tuple[str, str]]:
    """Domains that nginx serves -> path and text of their file. Not of other apps of Understudy."""
    for path, text in capture.readable("nginx").items():
        app = path.rpartition("/")[2]
        if app != name and f"log_format {app} " in text and f"/srv/{app}" in text:
            continue
        for names in _SERVER_NAME.findall(text):
            for one in names.split():
                if _DOMAIN.fullmatch(one):
                    yield one.removeprefix("www."), f"{path}\n{text}"


def deployment(capture: Capture) -> Deployment:
    """vm.release and host.packages. What else the capture holds, the VM takes over from the capture itself."""
    system = capture.entry("os.name") or "an unknown system"
    release = of_system(system)
    manual = sorted(name.partition(":")[0] for name in capture.readable("manual"))
    packages = [name for name in manual if _OF_APPS.fullmatch(name)]
    unknown = () if release else (_no_release(system),)
    return Deployment(
        host={"packages": Found(packages, "installed by name on the server")} if packages else {},
        vm={"release": Found(release, _python(release, capture))} if release else {},
        unknown=unknown,
    )


def differing_python(asked: Deployment, capture: Capture) -> tuple[str, ...]:
    """A note if the app asks for another Python than the server's release has."""
    wanted, there = asked.vm["release"], of_system(capture.entry("os.name") or "")
    is_open = any(one.key == "vm.release" for one in asked.unknown)
    if not there or is_open or RELEASES[there].python == RELEASES[wanted.value].python:
        return ()
    return (
        f"the server has Python {RELEASES[there].python}, and by the repository the app would get "
        f"{RELEASES[wanted.value].python} ({wanted.why}): lock for the server's",
    )


def _python(release: str, capture: Capture) -> str:
    return f"the server's; Python {RELEASES[release].python}, {capture.entry('os.point release') or ''}".rstrip(
        ", "
    )


def _no_release(system: str) -> Unknown:
    known = ", ".join(RELEASES)
    return Unknown(f"the VM's release: the server runs {system}", f"vm.release: one of {known}")
