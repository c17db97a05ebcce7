"""Which values are secret, and how a text loses them in every form they may have taken."""

import base64
import html
import json
import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote, quote_plus, urlsplit

MASK = "***"
# Shorter ones would hide half of every text, and not much else.
SHORTEST = 4
SECRET_NAME = re.compile(r"SECRET|PASSW|TOKEN|CREDENTIAL|PRIVATE|DSN|API_?KEY|_KEY$|_PAT$", re.I)


def secret_values(environment: Mapping[str, str]) -> frozenset[str]:
    """Values of variables whose names say so, and passwords within URLs."""
    named = {value for name, value in environment.items() if SECRET_NAME.search(name)}
    return frozenset(named | {word for url in environment.values() for word in _password(url)})


def _password(url: str) -> Iterator[str]:
    try:
        password = urlsplit(url).password if "://" in url else None
    except ValueError:
        return
    if password:
        yield password


def mask(text: str, secrets: Collection[str]) -> str:
    """The text with `***` for each of the secrets, as it is or encoded."""
    forms = _pattern(frozenset(secrets))
    return forms.sub(MASK, text) if forms else text


@lru_cache(maxsize=8)
def _pattern(secrets: frozenset[str]) -> re.Pattern[str] | None:
    """The longest come first: a form that another begins with would leave the rest of it behind."""
    forms = {form for secret in secrets for word in _words(secret) for form in _forms(word)}
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(re.escape, ordered))) if ordered else None


def _words(secret: str) -> Iterator[str]:
    """The secret and, as texts are cut and told by lines, each of its lines."""
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
    """Alone, and in the midst of something else: there it may begin at any of three places."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(secret).decode()
        for before in range(3):
            first, last = -(-before * 8 // 6), (before + len(secret)) * 8 // 6
            core = encode(b"\0" * before + secret).decode()[first:last]
            if len(core) >= SHORTEST:
                yield core
