"""The rendered nginx file and unit of a site called todo, and the programs that check them."""

import subprocess
import types
from functools import cache
from pathlib import Path
from typing import Any

from tests.programs.root_programs import CHECKERS, Host, installed, make_host
from tests.unit.fakes import TEMPLATES, config
from understudy.paths import Overlay
from understudy.release import render

CERTIFICATE = {"certificate": {"chain": "/etc/ssl/todo.pem", "key": "/etc/ssl/todo.key"}}
NAMES = {
    "domains": [
        "shop.test",
        "www.shop.test",
        "*.shop.test",
        {"name": "shop.example", "redirect_to": "shop.test"},
    ]
}
# Every option of deploy.yml that changes one of the two.
OPTIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "django": ({}, {}),
    "plain": ({"preset": "plain"}, {}),
    "https": ({}, CERTIFICATE),
    "behind proxies": ({}, {"trusted_proxies": ["203.0.113.0/24", "2001:db8::/32"]}),
    "https behind a proxy": ({}, {**CERTIFICATE, "trusted_proxies": ["203.0.113.7"]}),
    "hsts": ({}, {**CERTIFICATE, "hsts": "1y"}),
    "names": ({}, NAMES),
    "names by https": ({}, NAMES | CERTIFICATE),
    "postgresql": ({"database": "postgresql"}, {}),
    "memory": ({"memory_max": "512M"}, {}),
    "no media": ({"media_url": None}, {}),
    "dots": ({"static_url": "/a.b~c/s-t/", "static_expires": "max", "upload_limit": "1g"}, {}),
    "hashed": ({"static_hashed": ["assets", "v.2/b"]}, {}),
    "times": ({"request_timeout": 3600, "drain_timeout": 0, "start_timeout": 3600}, {}),
    "login": (
        {"proxy": {"/api/": 8001}, "health_path": "/health"},
        {**CERTIFICATE, "basic_auth": True, "noindex": True},
    ),
    "redirects": (
        {
            "redirects": {
                "/old/": "/new/",
                "/feed": "https://example.com/rss?all=1",
                "/a.b/*": "/c/*",
                "/blog/*": "https://blog.example.com/*",
                "/shut/*": "/",
            }
        },
        {},
    ),
    "proxy": ({"proxy": {"/api/": 8001, "/a/b.c/": 65535}}, CERTIFICATE),
    "all keys of nginx": (
        {
            "worker_class": "asgi",
            "redirects": {"/old/": "/new/", "/blog/*": "https://blog.example.com/*"},
            "proxy": {"/api/": 8001},
        },
        {
            **(NAMES | CERTIFICATE),
            "hsts": "1y",
            "trusted_proxies": ["203.0.113.0/24"],
            "basic_auth": True,
            "noindex": True,
        },
    ),
    "loosened": ({"loosen": {"MemoryDenyWriteExecute": "PyPy", "ProtectProc": "a monitor"}}, {}),
}


def rendered(
    app: dict[str, Any] | None = None,
    target: dict[str, Any] | None = None,
    templates: Overlay = TEMPLATES,
    host: dict[str, Any] | None = None,
) -> list[str]:
    """The nginx file and the unit."""
    settings = config(app={"name": "todo", **(app or {})}, target=target or {}, host=host or {})
    files = render.host_files(settings, settings.target("staging"), templates)
    return [file.content for file in files]


def rendered_pages(
    app: dict[str, Any] | None = None, target: dict[str, Any] | None = None
) -> dict[str, str]:
    """The pages of a release that nginx sends by itself, by their name."""
    settings = config(app={"name": "todo", **(app or {})}, target=target or {})
    files = render.release_files(settings, settings.target("staging"), "r1", TEMPLATES)
    return {file.path.name: file.content for file in files if file.path.suffix == ".html"}


@cache
def rendered_nginx() -> str:
    return rendered()[0]


@cache
def rendered_unit() -> str:
    return rendered()[1]


def rendered_process(name: str = "worker", app: dict[str, Any] | None = None, **keys: Any) -> str:
    """The unit of that process, which deploy.yml has with these keys."""
    process = {"command": ["celery"], **keys}
    settings = config(app={"name": "todo", **(app or {})}, processes={name: process})
    target, more = settings.target("staging"), {"name": name, "process": settings.processes[name]}
    return render.site_part(settings, target, TEMPLATES, "process.service.j2", **more)


def run_checker(
    name: str, content: str, directory: Path, file_name: str = "todo@.service"
) -> subprocess.CompletedProcess[str]:
    """The very program that provisioning installs, on that text in a file of that name."""
    program, file = directory / name, directory / file_name
    installed()[f"{CHECKERS}/{name}"].write(program)
    file.write_bytes(content.encode("latin-1"))
    return subprocess.run([program, "todo", file], capture_output=True, text=True)


@cache
def load_checker(name: str) -> Any:
    """The same program as a module, for tests that ask it hundreds of times."""
    module = types.ModuleType(name)
    exec(installed()[f"{CHECKERS}/{name}"].text, module.__dict__)  # noqa: S102 - our own program
    module.rules = cache(module.rules)  # type: ignore[attr-defined]
    return module


def refusal(content: str, unit: str = "todo@.service") -> str | None:
    """Why the host refuses a unit, or None. In this process, because it runs thousands of times."""
    checker = load_checker("check-unit")
    try:
        checker.check("todo", unit, content)
    except checker.Refused as refused:
        return str(refused)
    return None


def make_host_to_install(root: Path) -> Host:
    """A host to which the site's nginx file and unit are uploaded."""
    made = make_host(root)
    staged = made.path("/srv/todo/cache/files")
    staged.mkdir(parents=True)
    (staged / "todo.nginx").write_text(rendered_nginx())
    (staged / "todo@.service").write_text(rendered_unit())
    return made
