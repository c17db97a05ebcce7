"""The services of a compose file: servers that the app needs, and processes of the app itself. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from understudy.project import command_lines
from understudy.project.candidates import Candidate, unit_name
from understudy.project.tree import Tree, is_aside

_FILE = re.compile(r"(.*/)?(docker-)?compose([.-][\w.-]+)?\.ya?ml")
_SERVERS = ("redis", "valkey", "memcached", "rabbitmq")


def servers(tree: Tree) -> Iterator[tuple[str, str]]:
    """The servers among its images, each with its place."""
    for path, _, service in _services(tree):
        image = str(service.get("image", "")).partition(":")[0].rpartition("/")[2]
        if image in _SERVERS:
            yield image, _place(tree, path, "image", image)


def candidates(tree: Tree, folder: str) -> Iterator[Candidate]:
    """Its commands are often those of a developer's machine: they are proposed only."""
    for path, name, service in _services(tree):
        command = service.get("command")
        text = " ".join(map(str, command)) if isinstance(command, list) else command
        if isinstance(text, str):
            line = command_lines.parse(text, folder)
            found = Candidate(
                unit_name(str(name)), line, _place(tree, path, "command", text), doubt=_DOUBT
            )
            if not found.is_aside and found.kind:
                yield found


_DOUBT = "as a container runs it"


def _services(tree: Tree) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, text in tree.texts.items():
        if not _FILE.fullmatch(path) or is_aside(path):
            continue
        try:
            found = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError):
            continue
        services = found.get("services") if isinstance(found, dict) else None
        for name, service in services.items() if isinstance(services, dict) else ():
            if isinstance(service, dict):
                yield path, str(name), service


def _place(tree: Tree, path: str, key: str, value: str) -> str:
    """The first line with that key and value, or else the file."""
    for number, line in enumerate(tree.texts[path].splitlines(), 1):
        if line.strip().startswith(f"{key}:") and value in line:
            return f"{path}:{number}"
    return path
