"""Which values are secret, and how each of their forms is masked in a text. Pure."""

import base64
import html
import json
import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote, quote_plus, urlsplit

MASK = "***"
# Masking shorter values would make texts unreadable and protect little.
SHORTEST = 4
# A shorter part of a URL may be a plain word.
_TOKEN = 12
SECRET_NAME = re.compile(
    r"SECRET|PASSW|PASSPHRASE|(^|_)PASS$|TOKEN|CREDENTIAL|PRIVATE|DSN|API_?KEY|_KEY$|_PAT$|^BASIC_AUTH_",
    re.I,
)


def secret_values(environment: Mapping[str, str]) -> frozenset[str]:
    """Values of variables whose names say that they are secret, and passwords within URLs."""
    named = {value for name, value in environment.items() if SECRET_NAME.search(name)}
    return frozenset(named | {word for url in environment.values() for word in _password(url)})


def _password(url: str) -> Iterator[str]:
    try:
        password = urlsplit(url).password if "://" in url else None
    except ValueError:
        return
    if password:
        yield password


def url_secrets(url: str) -> frozenset[str]:
    """A URL whose parts are secret, and those of its words that look like a token."""
    words = re.split(r"[/:@?&=]+", url)
    return frozenset({url, *(word for word in words if len(word) >= _TOKEN and "." not in word)})


def mask(text: str, secrets: Collection[str]) -> str:
    """The text with `***` in place of each secret: as it is, quoted, escaped, or in base64."""
    forms = _pattern(frozenset(secrets))
    return forms.sub(MASK, text) if forms else text


@lru_cache(maxsize=8)
def _pattern(secrets: frozenset[str]) -> re.Pattern[str] | None:
    """Matches all forms of the secrets, the longest first: a shorter one would leave a rest unmasked."""
    forms = {form for secret in secrets for word in _words(secret) for form in _forms(word)}
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(re.escape, ordered))) if ordered else None


def _words(secret: str) -> Iterator[str]:
    """The secret, and each of its lines: texts are cut between lines and printed line by line."""
    yield from (word for word in {secret, *secret.splitlines()} if len(word) >= SHORTEST)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    # The environment of a program need not be UTF-8.
    text = secret.encode(errors="replace")
    for quoted in (quote(text), quote(text, safe=""), quote_plus(text)):
        yield quoted
        yield re.sub("%..", lambda code: code[0].lower(), quoted)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield html.escape(secret)
    yield html.escape(secret).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    yield shlex.quote(secret).removeprefix("'").removesuffix("'")
    yield from _base64(text)


def _base64(secret: bytes) -> Iterator[str]:
    """In base64, alone or within a longer text: there it begins at one of three offsets (RFC 4648)."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(secret).decode()
        for before in range(3):
            first, last = -(-before * 8 // 6), (before + len(secret)) * 8 // 6
            core = encode(b"\0" * before + secret).decode()[first:last]
            if len(core) >= SHORTEST:
                yield core
