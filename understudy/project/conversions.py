"""What functions of Python and of libraries make of a variable's text. Pure."""

import ast
import json
from collections.abc import Callable, Mapping
from typing import Any

# Texts that each library reads in the same way, whatever their case; starlette takes no others.
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def flag(text: Any) -> bool:
    """As env.bool(), cast=bool of decouple, and strtobool() do. Raises KeyError for any other text."""
    return text if isinstance(text, bool) else _FLAGS[str(text).lower()]


TYPES: Mapping[str, Callable[[Any], Any]] = {
    "bool": flag,
    "int": int,
    "float": float,
    "str": str,
    "json": json.loads,
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "len": len,
    "any": any,
    "all": all,
    "list": list,
    "tuple": list,
    "set": list,
    "frozenset": list,
    "json.loads": json.loads,
    "ast.literal_eval": ast.literal_eval,
}
# By their last name, from whichever package.
BY_LAST_NAME: Mapping[str, Callable[..., Any]] = {
    "strtobool": flag,
    "str2bool": flag,
    "str_to_bool": flag,
    "asbool": flag,
    "parse_bool": flag,
}
METHODS = (
    *("casefold", "capitalize", "lower", "title", "upper", "lstrip", "rstrip", "strip"),
    *("endswith", "startswith", "get", "replace", "split"),
)


def by_method(owner: Any, name: str, *arguments: Any) -> Any:
    """Raises AttributeError, as the app would: None has no lower()."""
    return getattr(owner, name)(*arguments)
