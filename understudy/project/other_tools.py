"""What files of other tools say of the app: a Dockerfile, a package.json. Pure."""

import json
import re
from collections.abc import Iterator

from understudy.project.tree import Tree, join, text_lines
from understudy.project.values import Deployment, Unknown

_FROM = re.compile(r"FROM (?:\S+/)?python:(3\.\d+)")
_INSTALL = re.compile(r"apt(?:-get)?\s[^&|;\n]*?\binstall\b([^&|;\n]*)")
# Where an image only builds; or what every host has.
_NOT_FOR_HOSTS = re.compile(
    r".*-dev|build-essential|gcc|g\+\+|make|curl|wget|git|ca-certificates|gnupg2?|pkg-config"
)


def notes(tree: Tree, folder: str) -> Deployment:
    found = [*_packages_of_image(tree, folder), *_build_script(tree, folder)]
    return Deployment(notes=tuple(found), unknown=tuple(_node_modules(tree, folder)))


def python_of_image(tree: Tree, folder: str) -> tuple[str, str] | None:
    """The Python of the Dockerfile's last image, and its place."""
    found = None
    for path in _places(folder, "Dockerfile"):
        for number, line in enumerate(tree.texts.get(path, "").splitlines(), 1):
            if image := _FROM.match(line):
                found = image[1], f"{path}:{number}"
    return found


def _packages_of_image(tree: Tree, folder: str) -> Iterator[str]:
    for path in _places(folder, "Dockerfile"):
        # Lines that end in a backslash are one.
        text = re.sub(r"\\\n", " ", tree.texts.get(path, ""))
        words = [word.split("=")[0] for found in _INSTALL.findall(text) for word in found.split()]
        names = [word for word in words if re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", word)]
        if names := [name for name in dict.fromkeys(names) if not _NOT_FOR_HOSTS.fullmatch(name)]:
            yield (
                f"{path} installs {', '.join(names)}: those that the app needs when it runs, and that no wheel "
                "brings along, belong under host.packages"
            )


def _build_script(tree: Tree, folder: str) -> Iterator[str]:
    for path in _places(folder, "package.json"):
        try:
            scripts = json.loads(tree.texts.get(path, "{}")).get("scripts", {})
        except (ValueError, AttributeError):
            continue
        if "build" in scripts:
            yield (
                f"{path} has a script `build`, which is not run: commit what it makes, or run it by "
                "app.build_commands with npm under host.packages"
            )


def _node_modules(tree: Tree, folder: str) -> Iterator[Unknown]:
    """Static files of packages that `npm install` fetches, and that no release has."""
    if any("node_modules" in path.split("/") for path in tree.paths):
        return
    for path in (one for one in tree.python if one.startswith(folder)):
        for number, line in text_lines(tree.texts[path]):
            if re.search(r"[\"'/]node_modules\b|[\"']npm\.finders\.NpmFinder[\"']", line):
                yield Unknown(
                    f"what npm installs: {path}:{number} takes files of node_modules, which is not in git",
                    'app.build_commands: ["npm ci --omit=dev"] and host.packages: [npm], with package.json in '
                    f"{folder or 'the folder of deploy.yml'}; or commit what is taken",
                )
                return


def _places(folder: str, name: str) -> list[str]:
    return list(dict.fromkeys((join(folder, name), name)))
