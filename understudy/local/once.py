"""What several hosts need is made once, by the first thread that asks."""

from collections.abc import Callable
from functools import lru_cache, wraps
from threading import Lock
from typing import TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., object])


def once(function: Function) -> Function:
    """As lru_cache(), but threads that ask while one makes it wait, and don't make it as well."""
    kept, turn = lru_cache(maxsize=4)(function), Lock()

    @wraps(function)
    def asked(*arguments: object) -> object:
        with turn:
            return kept(*arguments)

    return cast(Function, asked)
