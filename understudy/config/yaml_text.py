"""The text of deploy.yml as YAML: its values, and the mistakes that YAML itself allows. Pure."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml

# Many times what any deploy.yml has: a few aliases of aliases could make billions of values.
MOST_VALUES = 20_000
# What PyYAML raises of a date that is none, of a number with thousands of digits, of `!!bool x`.
_WRONG = (ValueError, OverflowError, AttributeError, KeyError, TypeError)


class WrongValue(yaml.YAMLError):
    """A value that is none, such as a date that no calendar has. node: which one."""

    def __init__(self, words: str, node: yaml.Node) -> None:
        super().__init__(words)
        self.node = node


def read(text: str) -> tuple[yaml.Node | None, Any]:
    """The tree, which has the lines, and its values.

    Raises YAMLError, also if aliases make the values endless or more than MOST_VALUES.
    """
    tree = _tree(text)
    try:
        return tree, yaml.SafeLoader("").construct_document(tree) if tree else None
    except _WRONG as error:
        wrong = next(filter(_is_wrong, _scalars(tree)))
        words = str(error) if isinstance(error, ValueError | OverflowError) else ""
        raise WrongValue(words, wrong) from None


# A run reads deploy.yml, and looks for secrets in it.
@lru_cache(maxsize=1)
def _tree(text: str) -> yaml.Node | None:
    try:
        tree: yaml.Node | None = yaml.SafeLoader(text).get_single_node()
        if tree and _values(tree, {}) > MOST_VALUES:
            raise yaml.YAMLError(f"with its aliases it has more than {MOST_VALUES} values")
    except RecursionError:
        raise yaml.YAMLError(
            "it is nested too deeply, or an alias is part of what it names"
        ) from None
    return tree


def joined(tree: yaml.Node | None) -> Any:
    """The values, with those of a key that is given twice together: what is below either is not missing."""
    return yaml.SafeLoader("").construct_document(_joined(tree)) if tree else None


def _joined(node: yaml.Node) -> yaml.Node:
    match node:
        case yaml.SequenceNode():
            return _like(node, [_joined(one) for one in node.value])
        case yaml.MappingNode():
            pairs: dict[tuple[str, str], tuple[yaml.Node, yaml.Node]] = {}
            for key, value in node.value:
                name = (key.tag, str(key.value))
                first = pairs[name][1] if name in pairs else None
                if isinstance(first, yaml.MappingNode) and isinstance(value, yaml.MappingNode):
                    value = _like(first, [*first.value, *value.value])
                pairs[name] = (key, value)
            return _like(node, [(key, _joined(value)) for key, value in pairs.values()])
    return node


def _like(node: yaml.CollectionNode, value: list[Any]) -> yaml.CollectionNode:
    return type(node)(node.tag, value, node.start_mark, node.end_mark, node.flow_style)


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


def _is_wrong(node: yaml.Node) -> bool:
    try:
        yaml.SafeLoader("").construct_document(node)
    except _WRONG:
        return True
    return False


def _scalars(node: yaml.Node | None) -> Iterator[yaml.Node]:
    match node:
        case yaml.MappingNode():
            for pair in node.value:
                yield from (one for child in pair for one in _scalars(child))
        case yaml.SequenceNode():
            for child in node.value:
                yield from _scalars(child)
        case yaml.ScalarNode():
            yield node
