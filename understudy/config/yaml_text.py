"""The text of deploy.yml as YAML: its values, their lines, and the mistakes that YAML itself allows. Pure."""

from collections.abc import Iterator
from typing import Any

import yaml

# Many times what any deploy.yml has: a few aliases of aliases could make billions of values.
MOST_VALUES = 20_000


def read(text: str) -> tuple[yaml.Node | None, Any]:
    """The tree, which has the lines, and its values.

    Raises YAMLError, also if aliases make the values endless or more than MOST_VALUES.
    """
    loader = yaml.SafeLoader(text)
    try:
        tree = loader.get_single_node()
        if tree and _values(tree, {}) > MOST_VALUES:
            raise yaml.YAMLError(f"with its aliases it has more than {MOST_VALUES} values")
    except RecursionError:
        raise yaml.YAMLError(
            "it is nested too deeply, or an alias is part of what it names"
        ) from None
    return tree, loader.construct_document(tree) if tree else None


def keys_given_twice(node: yaml.Node | None) -> Iterator[str]:
    """The line and name of each repeated key: YAML itself would silently take the last one."""
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from keys_given_twice(child)
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield f"line {key.start_mark.line + 1}: {key.value}"
            seen.add(key.value)
            yield from keys_given_twice(value)


def line_of(node: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """The line of the deepest part of the path that exists: a missing key has no line of its own."""
    line = 1
    for key in location:
        child = _child(node, key)
        if child is None:
            break
        line, node = child
    return line


def _values(node: yaml.Node, known: dict[int, int]) -> int:
    """The number of values in a node, itself included. The node of an alias counts each time."""
    if id(node) in known:
        return known[id(node)]
    match node:
        case yaml.MappingNode():
            children = [child for pair in node.value for child in pair]
        case yaml.SequenceNode():
            children = node.value
        case _:
            children = []
    known[id(node)] = 1 + sum(_values(child, known) for child in children)
    return known[id(node)]


def _child(node: yaml.Node | None, key: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            if key_node.value == str(key):
                return key_node.start_mark.line + 1, value_node
    if isinstance(node, yaml.SequenceNode):
        return _item(node.value, key)
    return None


def _item(items: list[yaml.Node], key: int | str) -> tuple[int, yaml.Node] | None:
    """By its place, or by its name in a list such as `[redis, {memcached: {memory: 128M}}]`."""
    if isinstance(key, int):
        return (items[key].start_mark.line + 1, items[key]) if key < len(items) else None
    for item in items:
        if item.value == key:
            return item.start_mark.line + 1, item
        if isinstance(item, yaml.MappingNode) and (found := _child(item, key)):
            return found
    return None
