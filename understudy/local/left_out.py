"""An import that a library makes, but can do without."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left_out(name: str) -> Iterator[None]:
    """In the block `import NAME` finds no such module, unless it is loaded already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
