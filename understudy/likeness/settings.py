"""A capture -> files on the VM: locale, time zone, swap, what the kernel is told, and limits."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from understudy.capture.value import UNREADABLE, Capture, Section
from understudy.config import Host
from understudy.likeness import left_out
from understudy.masking import MASK

# Read by provision/00-settings.sh. No other host than a VM has it.
FOR_PROVISIONING = "/etc/understudy/like-production"
# Not in /etc: there they would be differences themselves.
FOR_SYSCTL = "/usr/local/lib/sysctl.d/90-like-production.conf"
FOR_TMPFILES = "/usr/local/lib/tmpfiles.d/like-production.conf"
FOR_SYSTEMD = "/usr/local/lib/systemd/system.conf.d/90-like-production.conf"

_LOCALE = re.compile(r"[A-Za-z]+(_[A-Z]+)?(\.(UTF-8|utf8))?")
_AVAILABLE = re.compile(r"available ([a-z]{2,3}_[A-Z]{2})\.utf8")
_MORE_OF_LOCALE = re.compile(r"LC_[A-Z]+|LANGUAGE")
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")
_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_-]+)+")
_LIMIT = re.compile(r"\d+|infinity")
_HUGE_PAGES = "transparent_hugepage"
_WORDS = {"LOCALE": "locale {}", "TIMEZONE": "time zone {}", "SWAP_MIB": "{} MiB of swap"}


@dataclass(frozen=True)
class Texts:
    """Files that are taken over as they are. lines: the only ones that may have an effect."""

    section: str
    pattern: str
    lines: re.Pattern[str]


_TEXTS = (
    Texts("limits", "/etc/security/limits.*", re.compile(r".*")),
    Texts("unit_files", "/etc/systemd/system.conf*", re.compile(r"\[Manager\]|Default\w+=.*")),
    Texts(
        "unit_files",
        "/etc/systemd/system/nginx.service.d/*.conf",
        re.compile(r"\[Service\]|(Limit[A-Z]+|MemoryMax|TasksMax|UMask|Nice)=.*"),
    ),
)


@dataclass(frozen=True)
class Settings:
    """files: path on the VM -> text. taken, notes: what is taken over and what isn't, in words."""

    files: Mapping[str, str]
    sysctl: Mapping[str, str]
    taken: tuple[str, ...]
    notes: tuple[str, ...]


def settings(host: Host, capture: Capture, swap: int) -> Settings:
    """host: what it says itself stays. swap: MiB."""
    variables = _variables(host, capture, swap)
    kernel, limits, texts = _sysctl(capture), _limits(capture), dict(_texts(capture))
    whole = {path: f"{text}\n" for path, text in texts.items() if _is_whole(path, text)}
    files = {FOR_PROVISIONING: _assignments(variables), FOR_SYSCTL: _sysctl_file(kernel), **whole}
    files |= {FOR_TMPFILES: _tmpfiles(capture), FOR_SYSTEMD: limits}
    return Settings(
        files={path: text for path, text in sorted(files.items()) if text},
        sysctl=kernel,
        taken=(
            *(text.format(variables[key]) for key, text in _WORDS.items() if key in variables),
            *([f"{len(kernel)} kernel settings"] if kernel else []),
        ),
        notes=(*_odd(host, capture), *(_not_whole(path) for path in sorted({*texts} - {*whole}))),
    )


def section(capture: Capture, name: str) -> Section:
    """What could be read of it."""
    found = capture.sections.get(name, {})
    return {} if UNREADABLE in found else found


def _variables(host: Host, capture: Capture, swap: int) -> Mapping[str, str]:
    found = {}
    locale, zone = section(capture, "locale"), section(capture, "time").get("zone", "")
    if "locale" not in host.model_fields_set and _LOCALE.fullmatch(locale.get("LANG", "")):
        found["LOCALE"] = locale["LANG"]
        found["LOCALE_LINES"] = "\n".join(_more_of_locale(locale))
    found["LOCALES"] = " ".join(_available(capture))
    if "timezone" not in host.model_fields_set and _is_zone(zone):
        found["TIMEZONE"] = zone
    found["SWAP_MIB"] = str(swap) if swap else ""
    return {name: value for name, value in found.items() if value}


def _is_zone(zone: str) -> bool:
    return zone != "unknown" and bool(_ZONE.fullmatch(zone))


def _more_of_locale(locale: Section) -> Iterator[str]:
    for name, value in locale.items():
        if _MORE_OF_LOCALE.fullmatch(name) and re.fullmatch(r"[\w.:@-]*", value):
            yield f"{name}={value}"


def _available(capture: Capture) -> Iterator[str]:
    """Locales that programs may ask for. A package that has them all is installed as one."""
    if "locales-all" not in section(capture, "packages"):
        found = (_AVAILABLE.fullmatch(name) for name in section(capture, "locale"))
        yield from (f"{name[1]}.UTF-8" for name in found if name)


def _odd(host: Host, capture: Capture) -> Iterator[str]:
    """Values that can't be made out. What deploy.yml says itself doesn't matter then."""
    lang, zone = capture.entry("locale.LANG"), capture.entry("time.zone")
    if "locale" not in host.model_fields_set and lang and not _LOCALE.fullmatch(lang):
        yield f"the locale {lang!r} is none in UTF-8: the VM has {host.locale}"
    if "timezone" not in host.model_fields_set and zone and not _is_zone(zone):
        yield f"the time zone {zone!r} is none: the VM has {host.timezone}"


def _assignments(variables: Mapping[str, str]) -> str:
    """For a shell to read."""
    lines = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    return "".join(f"{line}\n" for line in lines)


def _sysctl(capture: Capture) -> Mapping[str, str]:
    return {
        key: " ".join(value.split())
        for key, value in section(capture, "sysctl").items()
        if _KEY.fullmatch(key) and value.strip() and not left_out.why(key, left_out.SYSCTL)
    }


def _sysctl_file(kernel: Mapping[str, str]) -> str:
    """A `-` in front: what the VM's kernel refuses must not keep the others from being set."""
    return "".join(f"-{key} = {value}\n" for key, value in kernel.items())


def _tmpfiles(capture: Capture) -> str:
    """What is no sysctl, but set likewise."""
    value = section(capture, "sysctl").get(_HUGE_PAGES, "")
    if not re.fullmatch(r"[a-z]+", value):
        return ""
    return f"w! /sys/kernel/mm/{_HUGE_PAGES}/enabled - - - - {value}\n"


def _limits(capture: Capture) -> str:
    """Of open files, wherever production has them from."""
    found = section(capture, "limits")
    hard = found.get("systemd.DefaultLimitNOFILE", "")
    soft = found.get("systemd.DefaultLimitNOFILESoft", hard)
    if not (_LIMIT.fullmatch(hard) and _LIMIT.fullmatch(soft)):
        return ""
    return f"[Manager]\nDefaultLimitNOFILE={soft}:{hard}\n"


def _texts(capture: Capture) -> Iterator[tuple[str, str]]:
    for texts in _TEXTS:
        for path, text in section(capture, texts.section).items():
            if fnmatchcase(path, texts.pattern) and _is_safe(path):
                yield path, text


def _is_safe(path: str) -> bool:
    """The file can have been edited by hand: nothing may come to lie elsewhere."""
    return bool(re.fullmatch(r"[\w@./-]+", path)) and ".." not in PurePosixPath(path).parts


def _is_whole(path: str, text: str) -> bool:
    """Whether nothing in it is hidden, and it sets nothing but limits."""
    allowed = next(texts.lines for texts in _TEXTS if fnmatchcase(path, texts.pattern))
    return MASK not in text and all(allowed.fullmatch(line) for line in text.splitlines())


def _not_whole(path: str) -> str:
    return f"{path} is not taken over: it sets more than limits, or what a capture hides"
