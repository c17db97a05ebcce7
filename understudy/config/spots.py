"""Where in the text of deploy.yml a key and its value are. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

Place = Sequence[int | str]


@dataclass(frozen=True)
class Spot:
    """Where something is in the text: its line and column, from 1 on, and its length on that line."""

    line: int = 1
    column: int = 1
    length: int = 1


def keys_given_twice(node: yaml.Node | None) -> Iterator[tuple[tuple[str, ...], Spot, int]]:
    """Each repeated key: its place, its spot, and the line of the first one. YAML itself takes the last."""
    return _twice(node, ())


def spot_of(tree: yaml.Node | None, place: Place, *, at_key: bool = False) -> Spot:
    """Of the value, if it begins on the line of its key; else of the key. Of the deepest part of the place
    that exists: a missing key has no line of its own.
    """
    spot, node = Spot(), tree
    for part in place:
        found = _child(node, part)
        if found is None:
            break
        key, node = found
        on_its_line = node.start_mark.line == key.start_mark.line
        spot = _spot(key if at_key or not on_its_line else node)
    return spot


def node_of(tree: yaml.Node | None, place: Place) -> yaml.Node | None:
    """The value at that place; None if it is not in the text."""
    node = tree
    for part in place:
        found = _child(node, part)
        if found is None:
            return None
        node = found[1]
    return node


def key_of(tree: yaml.Node | None, place: Place) -> yaml.Node | None:
    """The key that leads to the value at that place."""
    found = _child(node_of(tree, place[:-1]), place[-1])
    return found[0] if found else None


def value_of(node: yaml.Node) -> Any:
    """What YAML makes of it."""
    return yaml.SafeLoader("").construct_document(node)


def lines_below(node: yaml.Node | None, names: Sequence[str]) -> Iterator[int]:
    """The lines, from 1 on, with values below keys of these names, wherever they are."""
    match node:
        case yaml.SequenceNode():
            for one in node.value:
                yield from lines_below(one, names)
        case yaml.MappingNode():
            for key, value in node.value:
                if key.value in names:
                    yield from range(key.start_mark.line + 1, _last_line(value) + 1)
                else:
                    yield from lines_below(value, names)


def indented_below(text: str, names: Sequence[str]) -> Iterator[int]:
    """As lines_below(), of a text that is not YAML: by how its lines are indented."""
    key = re.compile(rf"[\s-]*({'|'.join(map(re.escape, names))})[ \t]*:")
    depth: int | None = None
    for number, line in enumerate(text.splitlines(), 1):
        indent = len(line) - len(line.lstrip())
        if depth is not None and line.strip() and indent <= depth:
            depth = None
        if depth is None and key.match(line):
            depth = indent
        if depth is not None:
            yield number


def _last_line(node: yaml.Node) -> int:
    """From 1 on. YAML ends a block only where the next key begins; a text of several lines may end so, too."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[-1] if isinstance(last, tuple) else last)
    return node.end_mark.line + 1


def _spot(node: yaml.Node) -> Spot:
    begin, end = node.start_mark, node.end_mark
    length = end.column - begin.column if end.line == begin.line else 1
    return Spot(begin.line + 1, begin.column + 1, max(1, length))


def _twice(
    node: yaml.Node | None, place: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Spot, int]]:
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            yield from _twice(child, (*place, str(index)))
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield (*place, name), _spot(key), seen[name]
            seen.setdefault(name, key.start_mark.line + 1)
            yield from _twice(value, (*place, name))


def _child(node: yaml.Node | None, key: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    """The node of the key, and of its value; of an item of a list it is the same."""
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            if str(key) in (key_node.value, _as_text(key_node)):
                return key_node, value_node
    if isinstance(node, yaml.SequenceNode):
        return _item(node.value, key)
    return None


def _as_text(key: yaml.Node) -> str:
    """YAML reads the key `on` as True."""
    return str(value_of(key)) if isinstance(key, yaml.ScalarNode) else ""


def _item(items: list[yaml.Node], key: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    """By its place, or by its name in a list such as `[redis, {memcached: {memory: 128M}}]`."""
    if isinstance(key, int):
        return (items[key], items[key]) if key < len(items) else None
    for item in items:
        if item.value == key:
            return item, item
        if isinstance(item, yaml.MappingNode) and (found := _child(item, key)):
            return found
    return None
