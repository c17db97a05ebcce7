"""Finds names in nginx files: those of this site that other sites of the host have, and its own. Pure.

For two servers with one name nginx only logs a warning, and sends all requests to the first one.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from understudy.config.model import Config
from understudy.config.names import readable
from understudy.config.target import TargetConfig
from understudy.errors import Refused

_TOKEN = re.compile(r"""#[^\n]*|"[^"]*"|'[^']*'|[;{}]|[^\s;{}"']+""")


@dataclass
class _Server:
    """A server block: the ports it listens at, and its names with the line of each."""

    ports: set[str] = field(default_factory=set)
    names: list[tuple[str, int]] = field(default_factory=list)


def refuse_if_taken(
    config: Config, target: TargetConfig, others: Mapping[str, str], host: str
) -> None:
    """Raises Refused, with file and line, if another site of the host has one of the target's names.

    others: path -> text of nginx's files that are not the site's own. host: its name in the message.
    """
    ports = {"80", "443"} if target.ends_tls else {"80"}
    taken = {name: claims(others, name, ports) for name in target.names}
    names = [name for name in target.names if taken[name]]
    if names:
        raise Refused(
            f"{host}: another site on this host has the name {', '.join(map(readable, names))}",
            details="\n".join(place for places in taken.values() for place in places),
            hint=f"Remove it from that file, or from the target's names in deploy.yml of {config.app.name}: "
            "nginx would answer for one of the two sites only.",
        )


def claims(files: Mapping[str, str], name: str, ports: Collection[str]) -> list[str]:
    """`path:line: server_name NAME` for each server with that very name at one of these ports.

    A name below another's wildcard is a site of its own: nginx prefers the exact name.
    """
    same = {name, f".{name.removeprefix('*.')}"}
    return [
        f"{path}:{line}: server_name {theirs}"
        for path, text in files.items()
        for server in _servers(text)
        if (server.ports or {"80"}) & set(ports)
        for theirs, line in server.names
        if theirs.lower() in same
    ]


def origin_in(nginx: str, domain: str) -> str:
    """Where a site answers by its file of nginx, as a URL without a path: at `domain` if its first server has
    that name, else at the first one that it has. "" if it has none.
    """
    servers = list(_servers(nginx))
    for scheme, port in (("https", "443"), ("http", "80")):
        for server in servers:
            names = [name for name, _ in server.names if _is_plain(name)]
            if names and port in (server.ports or {"80"}):
                return f"{scheme}://{domain if domain in names else names[0]}"
    return ""


def _is_plain(name: str) -> bool:
    """Whether it is one name, which a request can have. `.invalid` is of the server for unknown names."""
    return name[:1] not in "*.~_" and not name.endswith(".invalid")


def _servers(text: str) -> Iterator[_Server]:
    blocks: list[_Server | None] = []
    for end, words in _statements(text):
        names = [word for word, _ in words]
        inner = blocks[-1] if blocks else None
        if end == "{":
            blocks.append(_Server() if names == ["server"] else None)
        elif end == "}" and blocks:
            if (closed := blocks.pop()) is not None:
                yield closed
        elif inner and names[:1] == ["listen"] and len(names) > 1:
            inner.ports.add(_port(names[1]))
        elif inner and names[:1] == ["server_name"]:
            inner.names += words[1:]


def _statements(text: str) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Each statement's end (`;`, `{` or `}`), and its words with their lines."""
    words: list[tuple[str, int]] = []
    line, seen = 1, 0
    for token in _TOKEN.finditer(text):
        line, seen = line + text.count("\n", seen, token.start()), token.start()
        word = token.group()
        if word in (";", "{", "}"):
            yield word, words
            words = []
        elif not word.startswith("#"):
            words.append((word.strip("\"'"), line))


def _port(listen: str) -> str:
    """The port in `80`, `*:80` or `[::]:80`; 80 for an address alone, as nginx has it."""
    last = listen.rpartition(":")[2]
    return last if last.isdigit() else "80"
