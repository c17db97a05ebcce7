"""A command line for a log, without the words of it that look secret. Pure."""

import re
import shlex
from collections.abc import Iterator, Sequence

from understudy.report.masking import MASK, SECRET_NAME, secret_values

_ASSIGNMENT = re.compile(r"(-{0,2}[A-Za-z][\w.-]*)=(.*)", re.DOTALL)
_OPTION = re.compile(r"--?[A-Za-z][\w.-]*")


def masked_command(words: Sequence[str]) -> str:
    """Masks the values of options and variables with secret names, passwords in URLs, and code with a secret's
    name in it.
    """
    return " ".join(_masked(words))


def _masked(words: Sequence[str]) -> Iterator[str]:
    is_value = False
    for word in words:
        if is_value and not word.startswith("-"):
            yield MASK
            is_value = False
            continue
        option = _OPTION.fullmatch(word)
        is_value = bool(option) and _is_secret(word)
        yield word if option else _quoted(word)


def _quoted(word: str) -> str:
    """A word that is no option, for a shell, masked if it has a secret."""
    found = _ASSIGNMENT.fullmatch(word)
    if found and _is_secret(found[1]):
        return f"{found[1]}={MASK}"
    if not found and re.search(r"[\s(]", word) and SECRET_NAME.search(word):
        return MASK
    for password in secret_values({"": found[2] if found else word}):
        word = word.replace(password, MASK)
    return shlex.quote(word)


def _is_secret(name: str) -> bool:
    return bool(SECRET_NAME.search(name.lstrip("-").replace("-", "_")))
