"""Which links belong to a site, and which of them a crawl may follow. Pure."""

import re
from itertools import pairwise
from urllib.parse import unquote, urldefrag, urlsplit

from understudy.testing.checks.evidence import Link

# To follow a link with such a word, in its URL or its text, may change something: not every app keeps GET
# free of effects.
_CHANGING = {
    *("logout", "logoff", "signout", "signoff", "delete", "remove", "destroy", "drop", "purge"),
    *(
        "erase",
        "clear",
        "empty",
        "trash",
        "cancel",
        "unsubscribe",
        "deactivate",
        "disable",
        "revoke",
    ),
    *(
        "reject",
        "decline",
        "ban",
        "vote",
        "toggle",
        "buy",
        "pay",
        "reset",
        "undo",
        "restart",
        "stop",
    ),
    *("abmelden", "ausloggen", "löschen", "loeschen", "entfernen", "déconnexion", "deconnexion"),
    *("supprimer", "eliminar", "borrar", "cerrar", "salir", "sair", "excluir", "elimina", "esci"),
    *("uitloggen", "verwijderen"),
}
_PAIRS = {("log", "out"), ("log", "off"), ("sign", "out"), ("sign", "off"), ("add", "cart")}
_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def is_own(url: str, base: str) -> bool:
    """Whether a URL is of the site at `base`: by its host, whatever its scheme."""
    own, other = urlsplit(base), urlsplit(url)
    return other.scheme in ("http", "https") and other.netloc.lower() == own.netloc.lower()


def without_fragment(url: str) -> str:
    """The URL as a server is asked for it."""
    return urldefrag(url).url


def path_of(url: str) -> str:
    """A URL's path with its query, to be read."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def shown(url: str, base: str) -> str:
    """A URL for a message: of the site itself only the path."""
    return path_of(url) if is_own(url, base) else url


def is_harmless(link: Link) -> bool:
    """Whether following a link only shows something. A link that may be no such link counts as none."""
    said = f"{unquote(path_of(link.url))} {link.words}"
    words = [word.lower() for word in _WORD.findall(_HUMP.sub(" ", said))]
    pairs = set(pairwise(words))
    return link.is_plain and not _CHANGING & set(words) and not _PAIRS & pairs


def followable(links: tuple[Link, ...], base: str) -> dict[str, None]:
    """URLs that a crawl may follow, each once, in the page's order.

    Of URLs that differ in their queries only one: a calendar has a page for each day.
    """
    found: dict[str, str] = {}
    # On a staging site without a certificate, nothing answers a link to https.
    schemes = {"http", urlsplit(base).scheme}
    for link in links:
        leads_here = is_own(link.url, base) and urlsplit(link.url).scheme in schemes
        if leads_here and is_harmless(link):
            url = without_fragment(link.url)
            found.setdefault(urlsplit(url).path or "/", url)
    return dict.fromkeys(found.values())
