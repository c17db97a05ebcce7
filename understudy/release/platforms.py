"""Which wheels a host can use: the names of its platform and its Python in their file names. Pure."""

from packaging.tags import Tag, compatible_tags, cpython_tags

# The versions of glibc that a host has at least: Debian 12 has 2.36, Ubuntu 22.04 has 2.35.
_GLIBC_MINORS = range(35, 16, -1)


def platforms(machine: str) -> list[str]:
    """The platforms of wheels for that machine ("x86_64"), the best first."""
    new = [f"manylinux_2_{minor}_{machine}" for minor in _GLIBC_MINORS]
    return [*new, f"manylinux2014_{machine}", f"linux_{machine}"]


def interpreter(python: str) -> str:
    """ "3.11.2" -> "cp311"."""
    return "cp" + "".join(python.split(".")[:2])


def tags(python: str, machine: str) -> frozenset[Tag]:
    """All that a wheel's name may have, see PEP 425."""
    major, minor = map(int, python.split(".")[:2])
    names = platforms(machine)
    own = cpython_tags((major, minor), platforms=names)
    return frozenset((*own, *compatible_tags((major, minor), interpreter(python), names)))
