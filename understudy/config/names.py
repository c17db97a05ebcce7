"""The names of a target's site: `domain` and `domains` in deploy.yml."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError, ValidationError

from understudy.config.base import Strict
from understudy.config.checks import a_list, text
from understudy.config.mistakes import validation_error

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*"
_A_DOMAIN = "a domain in lower-case letters"
_EXAMPLE = "shop.example.com"


def _to_ascii(value: Any) -> Any:
    """`münchen.example` -> `xn--mnchen-3ya.example`, as browsers ask for it (UTS 46, IDNA 2008)."""
    if not isinstance(value, str) or value.isascii():
        return value
    # Its tables take long to import.
    import idna

    try:
        return idna.encode(value, uts46=True).decode()
    except idna.IDNAError as error:
        message = "must be a domain that can be registered: {why}"
        raise PydanticCustomError("idna", message, {"why": str(error)}) from None


def readable(name: str) -> str:
    """A name for people: an internationalised one as it was typed, and as it is in files and logs."""
    typed = unicode_form(name)
    return name if typed == name else f"{typed} ({name})"


def unicode_form(name: str) -> str:
    """`xn--mnchen-3ya.example` -> `münchen.example`; any other name as it is."""
    if "xn--" not in name:
        return name
    import idna

    try:
        wildcard = "*." if name.startswith("*.") else ""
        return wildcard + idna.decode(name.removeprefix("*."))
    except idna.IDNAError:
        return name


# As it may be typed: with other letters, too.
_TYPED = r"|(?=.*[^\x00-\x7f])[^\s/]+"
_ONE = text(f"({_NAME})?", _A_DOMAIN, _EXAMPLE)
_ONE_TYPED = text(f"({_NAME})?{_TYPED}", _A_DOMAIN, _EXAMPLE)
_ANY = text(rf"(\*\.)?{_NAME}", _A_DOMAIN, _EXAMPLE, "*.example.com")
_ANY_TYPED = text(rf"(\*\.)?{_NAME}{_TYPED}", _A_DOMAIN, _EXAMPLE, "*.example.com")
DomainOrEmpty = Annotated[str, BeforeValidator(_to_ascii), _ONE, WithJsonSchema(_ONE_TYPED.schema)]
DomainOrWildcard = Annotated[
    str, BeforeValidator(_to_ascii), _ANY, WithJsonSchema(_ANY_TYPED.schema)
]


class SiteName(Strict):
    """One name of a site. redirect_to: the name that visitors are led to; empty: the site answers itself."""

    name: DomainOrWildcard
    redirect_to: DomainOrEmpty = ""

    @property
    def is_wildcard(self) -> bool:
        return self.name.startswith("*.")


def _as_mapping(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


SiteNames = Annotated[
    tuple[
        Annotated[
            SiteName,
            BeforeValidator(_as_mapping, json_schema_input_type=DomainOrWildcard | SiteName),
        ],
        ...,
    ],
    a_list("[example.com, www.example.com]"),
]


def mistakes(names: tuple[SiteName, ...], *, by_http_01: bool) -> Iterator[ValidationError]:
    """What is wrong with them as a whole, each about its place in `domains`.

    by_http_01: whether an issuer finds out by HTTP whose they are, as with `https: auto`.
    """
    serving = {one.name for one in names if not one.redirect_to}
    for place, one in enumerate(names):
        if any(one.name == before.name for before in names[:place]):
            yield _about(place, "is listed twice", one.name)
        if place == 0 and (one.redirect_to or one.is_wildcard):
            must = "must come after a name at which the site answers: the first is the site's own"
            yield _about(place, must, one.name)
        if one.is_wildcard and by_http_01:
            must = "needs `acme.dns` or the files of a `certificate` (docs/edge.md): by http-01 there is none"
            yield _about(place, must, one.name)
        if one.redirect_to and one.redirect_to not in serving:
            must = "redirect_to must be another of the target's names, one without redirect_to"
            yield _about(place, must, one.redirect_to)


def _about(place: int, message: str, given: str) -> ValidationError:
    return validation_error("names", message, "domains", place, given=given)
