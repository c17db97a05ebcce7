"""A capture -> settings for provisioning: locale, time zone and swap, where deploy.yml sets none."""

import re
import shlex
from collections.abc import Iterator, Mapping

from understudy.config.machines import Host
from understudy.parity.capture.value import Capture, Section

# Read by provision/00-settings.sh. No other host than a VM has it.
PATH = "/etc/understudy/like-production"

# A name such as en_US alone has another encoding, which provisioning does not generate.
_LOCALE = re.compile(r"C|POSIX|[A-Za-z]+(_[A-Z]+)?\.(UTF-8|utf8)")
_AVAILABLE = re.compile(r"available ([a-z]{2,3}_[A-Z]{2})\.utf8")
_MORE_OF_LOCALE = re.compile(r"LC_[A-Z]+|LANGUAGE")
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")
_WORDS = {"LOCALE": "locale {}", "TIMEZONE": "time zone {}", "SWAP_MIB": "{} MiB of swap"}


def variables(host: Host, capture: Capture, swap: int) -> Mapping[str, str]:
    """Variables of provision/00-settings.sh. host: what it sets itself wins. swap: MiB."""
    found = {}
    locale, zone = capture.readable("locale"), capture.readable("time").get("zone", "")
    if "locale" not in host.model_fields_set and _LOCALE.fullmatch(locale.get("LANG", "")):
        found["LOCALE"] = locale["LANG"]
        found["LOCALE_LINES"] = "\n".join(_more_of_locale(locale))
    found["LOCALES"] = " ".join(_available(capture))
    if "timezone" not in host.model_fields_set and _is_zone(zone):
        found["TIMEZONE"] = zone
    found["SWAP_MIB"] = str(swap) if swap else ""
    return {name: value for name, value in found.items() if value}


def text(variables: Mapping[str, str]) -> str:
    """Assignments that a shell can read."""
    lines = (f"{name}={shlex.quote(value)}" for name, value in variables.items())
    return "".join(f"{line}\n" for line in lines)


def in_words(variables: Mapping[str, str]) -> Iterator[str]:
    """What is taken over, for the summary."""
    for name, words in _WORDS.items():
        if name in variables:
            yield words.format(variables[name])


def unusable(host: Host, capture: Capture) -> Iterator[str]:
    """A note for each captured value that can't be used, unless deploy.yml sets one."""
    lang, zone = capture.entry("locale.LANG"), capture.entry("time.zone")
    if "locale" not in host.model_fields_set and lang and not _LOCALE.fullmatch(lang):
        yield f"production's locale {lang!r} is not a UTF-8 locale: the VM has {host.locale}"
    if "timezone" not in host.model_fields_set and zone and not _is_zone(zone):
        yield f"production's time zone {zone!r} is not a known one: the VM has {host.timezone}"


def _is_zone(zone: str) -> bool:
    return zone != "unknown" and bool(_ZONE.fullmatch(zone))


def _more_of_locale(locale: Section) -> Iterator[str]:
    for name, value in locale.items():
        if _MORE_OF_LOCALE.fullmatch(name) and re.fullmatch(r"[\w.:@-]*", value):
            yield f"{name}={value}"


def _available(capture: Capture) -> Iterator[str]:
    """Locales to generate, unless production has locales-all, the package with every locale."""
    if "locales-all" not in capture.readable("packages"):
        found = (_AVAILABLE.fullmatch(name) for name in capture.readable("locale"))
        yield from (f"{name[1]}.UTF-8" for name in found if name)
