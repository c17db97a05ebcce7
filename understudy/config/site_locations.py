"""Addresses of the site that the app does not answer: app.redirects and app.proxy in deploy.yml."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from understudy.config.checks import text
from understudy.config.mistakes import validation_error

_TAKEN = "is answered by something else already: the app, nginx itself or another key"

# A step of a path: never . or .., which lead out of a directory.
_STEP = r"(?!\.{1,2}(/|\*|\?|$))[A-Za-z0-9._~-]+"
_IN_URL = r"[A-Za-z0-9._~/%+@:,-]"
RedirectFrom = Annotated[
    str,
    text(
        rf"/({_STEP}/)*({_STEP}|\*)?",
        "a path, or one that ends with /* for all below it",
        "/old/",
        "/old/*",
    ),
]
RedirectTo = Annotated[
    str,
    text(
        rf"(https?://[A-Za-z0-9.-]+(:[0-9]{{1,5}})?)?/(({_IN_URL}*/)?\*|{_IN_URL}*(\?({_IN_URL}|[=&])+)?)",
        "a path or a URL; /* at its end is replaced by what follows",
        "/new/",
        "https://example.com/*",
    ),
]
# Without the slash at its end, /api would be sent there with /apiary.
ProxyFrom = Annotated[
    str, text(rf"/({_STEP}/)+", "a path that starts and ends with a slash", "/api/")
]
# As in provision/65-check-nginx.sh: below are the system's own services.
ProxyPort = Annotated[int, Field(ge=1024, le=65535, examples=[8001])]
# The issuer of a certificate asks for files below it.
_CHALLENGE = "/.well-known/acme-challenge/"


@dataclass(frozen=True)
class Redirect:
    """One of app.redirects, as templates/nginx-redirects.j2 needs it.

    is_exact: whether it is for `path` alone; else for all below it. keeps_rest: whether what follows
    `path` is added to `target`. keeps_query: whether the visitor's query is; a target's own replaces it.
    """

    path: str
    target: str
    is_exact: bool
    keeps_rest: bool
    keeps_query: bool

    @property
    def pattern(self) -> str:
        """A regular expression of the path. Of its characters only the dot is special."""
        return self.path.replace(".", r"\.")

    def leads_from(self, address: str) -> str | None:
        """Where a request for that path is sent; None if it is not redirected."""
        if self.is_exact:
            return self.target if address == self.path else None
        if not address.startswith(self.path):
            return None
        return self.target + (address.removeprefix(self.path) if self.keeps_rest else "")


def redirect(path: str, target: str) -> Redirect:
    keeps_rest = target.endswith("/*")
    return Redirect(
        path.removesuffix("*"),
        target.removesuffix("*") if keeps_rest else target,
        is_exact=not path.endswith("*"),
        keeps_rest=keeps_rest,
        keeps_query="?" not in target,
    )


def refuse_conflicts(
    redirects: Mapping[str, str],
    proxies: Iterable[str],
    served: Iterable[str | None],
    health_path: str,
) -> None:
    """Raises ValidationError for the first key that nginx can't have, or that would lead in a circle.

    served: paths below which nginx serves files. health_path: answered by the app itself, also in maintenance.
    """
    taken = {*filter(None, served), "/", _CHALLENGE}
    for path in proxies:
        if path in taken or path.startswith(_CHALLENGE):
            raise validation_error("taken", _TAKEN, "proxy", path, given=path)
    # An exact path comes before what is below a path, in nginx as well.
    taken = {f"{path}*" for path in {*taken, *proxies}} | ({health_path} - {"/"})
    for path, target in redirects.items():
        place = ("redirects", path)
        if path in taken or path.startswith(_CHALLENGE):
            raise validation_error("taken", _TAKEN, *place, given=path)
        if target.endswith("/*") and not path.endswith("*"):
            only = "may end with /* only if the path that is redirected does"
            raise validation_error("rest", only, *place, given=target)
        if _is_endless(path, redirects):
            circle = "leads back to an address that is redirected: visitors would never arrive"
            raise validation_error("circle", circle, *place, given=target)


def _is_endless(path: str, redirects: Mapping[str, str]) -> bool:
    rules = [redirect(*pair) for pair in redirects.items()]
    address: str | None = path.replace("*", "x")
    for _ in range(len(rules) + 1):
        address = _next(rules, re.sub(r"\?.*", "", address or ""))
        if address is None:
            return False
    return True


def _next(rules: list[Redirect], address: str) -> str | None:
    """As nginx: an exact path comes first, then the longest one."""
    order = sorted(rules, key=lambda rule: (not rule.is_exact, -len(rule.path)))
    return next((found for rule in order if (found := rule.leads_from(address)) is not None), None)
