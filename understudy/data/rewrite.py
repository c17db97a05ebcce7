"""Names of the site that data was pulled from -> those of the target it is loaded onto. Pure.

A name counts only as a whole: not as part of a longer one, as in cdn.example.com or example.community.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from understudy.config.data import Data
from understudy.config.names import unicode_form
from understudy.config.target import TargetConfig

# Before and after a whole name, with escapes of URLs and JSON. SQLite, PostgreSQL and Python all read these
# patterns; SQLite takes a hyphen only at the beginning of [ ].
_BEFORE = r"(^|[^-a-z0-9_.]|%[0-9a-f][0-9a-f]|\\[bfnrtv]|\\u[0-9a-f][0-9a-f][0-9a-f][0-9a-f])"
_AFTER = r"($|\.$|[^-a-z0-9_.]|\.[^a-z0-9_])"
_LABEL = "[-a-z0-9]+"
_SLASH = r"(?:\\*/|%2f|\\+u002f)"
# `https://` and `//` take along the port that comes after the name.
_URL = rf"(?:(https?|wss?)(:|%3a))?({_SLASH}{{2}})"
_PORT = r"(?::\d{1,5}|%3a\d{1,5})?"


@dataclass(frozen=True)
class Rewrite:
    """pairs: a name of the source, maybe a wildcard, and the target's in its place. scheme: of its URLs."""

    pairs: tuple[tuple[str, str], ...]
    scheme: str

    @property
    def pattern(self) -> str:
        """A regular expression for lower-case text that has one of the source's names."""
        return f"{_BEFORE}({'|'.join(map(_regex, self._names))}){_AFTER}"

    @property
    def parts(self) -> tuple[str, ...]:
        return parts(name for name, _ in self.pairs)

    def in_text(self, text: bytes) -> bytes:
        """The same text with the target's names."""
        for name, other in self._names.items():
            text = self._replaced(text, name, other)
        return text

    def _replaced(self, text: bytes, name: str, other: str) -> bytes:
        after = f"(?={_AFTER})"
        url = re.compile(f"{_URL}({_regex(name)}){_PORT}{after}".encode(), re.IGNORECASE)
        alone = re.compile(f"{_BEFORE}({_regex(name)}){after}".encode(), re.IGNORECASE)

        def in_url(found: re.Match[bytes]) -> bytes:
            scheme, colon, slashes, old = found.group(1, 2, 3, 4)
            start = self._scheme(scheme) + colon if scheme else b""
            return start + slashes + _other(old, other)

        text = url.sub(in_url, text)
        return alone.sub(lambda found: found[1] + _other(found[2], other), text)

    def _scheme(self, old: bytes) -> bytes:
        secure = b"s" if self.scheme == "https" else b""
        return (b"ws" if old.lower().startswith(b"ws") else b"http") + secure

    @property
    def _names(self) -> Mapping[str, str]:
        """An internationalised name is in texts as it was typed, too."""
        return {form: other for name, other in self.pairs for form in _forms(name)}


def of_targets(source: TargetConfig, target: TargetConfig) -> Rewrite:
    """Names at the same place of both belong together; one without its like becomes the target's first."""
    theirs = dict(enumerate(target.names))
    pairs = (
        (name, _like(name, theirs.get(place, ""), target.domain))
        for place, name in enumerate(source.names)
        if name not in target.names
    )
    return Rewrite(tuple(pairs), target.scheme)


def parts(names: Iterable[str]) -> tuple[str, ...]:
    """A text without any of these has none of the names."""
    return tuple(form.removeprefix("*") for name in names for form in _forms(name))


def key(rewrite: Rewrite, data: Data) -> str:
    """The same for data that is rewritten in the same way."""
    rules = sorted((table, sorted(rules.items())) for table, rules in data.rewrite.items())
    return sha256(repr((rewrite, rules)).encode()).hexdigest()[:8]


def _like(name: str, other: str, first: str) -> str:
    return other if other and name.startswith("*.") == other.startswith("*.") else first


def _forms(name: str) -> Iterator[str]:
    yield name
    if (readable := unicode_form(name)) != name:
        yield readable


def _regex(name: str) -> str:
    suffix = name.removeprefix("*")
    return (_LABEL if suffix != name else "") + suffix.replace(".", r"\.")


def _other(old: bytes, other: str) -> bytes:
    """A name of a wildcard keeps its own first part."""
    label = old.partition(b".")[0] if other.startswith("*.") else b""
    return label + other.removeprefix("*").encode()
