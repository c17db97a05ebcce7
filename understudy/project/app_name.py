"""The app's name, which becomes a user and a database on each host, and where it is from. Pure."""

import re
import tomllib
from collections.abc import Iterator

from understudy.config.databases import RESERVED
from understudy.project.tree import Tree, join

# Users of every host, and names that a database server keeps for itself.
_TAKEN = {
    *RESERVED["postgresql"],
    *RESERVED["mariadb-server"],
    *("root", "deploy", "www-data", "nobody", "sshd", "redis", "nginx", "mysql", "messagebus"),
    *("daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news", "uucp", "proxy"),
    *("backup", "list", "irc", "systemd", "debian", "ubuntu", "admin", "ops"),
}
# Names of folders and modules that say nothing of the app.
_GENERIC = {
    *(
        "app",
        "apps",
        "application",
        "src",
        "source",
        "code",
        "repo",
        "work",
        "workspace",
        "tmp",
        "temp",
    ),
    *(
        "web",
        "webapp",
        "website",
        "www",
        "site",
        "mysite",
        "backend",
        "server",
        "service",
        "project",
    ),
    *("main", "core", "config", "conf", "settings", "wsgi", "asgi", "run", "test", "home", "build"),
}
_UNNAMED = "site"


def find(tree: Tree, folder: str, folder_name: str, module: str) -> tuple[str, str]:
    """The name and where it is from. folder: of the app. folder_name: of deploy.yml's folder. module: the first
    word of the app's own modules.
    """
    for text, why in _candidates(tree, folder, folder_name, module):
        if (name := _as_name(text)) and text.lower() not in _GENERIC:
            return name, why
    return _UNNAMED, "nothing here has a name for the app"


def is_known(name: str) -> bool:
    return name != _UNNAMED


def _candidates(
    tree: Tree, folder: str, folder_name: str, module: str
) -> Iterator[tuple[str, str]]:
    for path in dict.fromkeys((join(folder, "pyproject.toml"), "pyproject.toml")):
        try:
            data = tomllib.loads(tree.texts.get(path, ""))
        except tomllib.TOMLDecodeError:
            continue
        project = data.get("project") or data.get("tool", {}).get("poetry", {})
        yield str(project.get("name", "")), path
    yield folder_name, "the folder's name"
    yield module, f"its package {module}"


def _as_name(text: str) -> str:
    plain = (
        re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-").lstrip("0123456789-")[:31].rstrip("-")
    )
    return f"{plain}-site"[:31] if plain in _TAKEN else plain
