"""A lock file of Python packages -> its pins. It can name packages, and do nothing else.

For pip itself a lock file can do more: its options choose where packages come from and whether their
setup.py runs on this machine. So pip gets only what was read from the file, never the file.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from understudy.errors import ConfigError

_HASH = re.compile(r"\s--hash[= ](sha(?:256|384|512):[0-9a-f]+)(?=\s|$)")
_COMMENT = re.compile(r"(^|\s)#.*")
# `${TOKEN}` is not among them: pip would send the variable's value there.
_INDEX = re.compile(r"(--index-url|-i|--extra-index-url)[= ]\s*(https://[\w.~:/@%+-]+)")
# They change nothing: this is how packages are downloaded in any case.
_EMPTY = re.compile(
    r"--require-hashes|--only-binary[= ]\s*:all:|--prefer-binary|(-c|--constraint)\b.*"
)


@dataclass(frozen=True)
class Pin:
    """One version of a package. name: normalised by PEP 503. marker: of PEP 508, "" for every host."""

    name: str
    extras: frozenset[str]
    version: str
    marker: str
    hashes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


@dataclass(frozen=True)
class LockFile:
    """indexes: the options of pip that name package indexes, as words of an argv."""

    pins: tuple[Pin, ...]
    indexes: tuple[str, ...] = ()


def parse(text: str, path: str) -> LockFile:
    """The pins of a lock file. Raises ConfigError, with the lines, for anything but pins with hashes.

    path: of the file, for messages.
    """
    lines = logical_lines(text)
    options = [line for line in lines if line.startswith("-")]
    if refused := [line for line in options if not _allowed(line)]:
        raise ConfigError(
            f"{path} has options that a lock file must not have",
            details="\n".join(refused[:20]),
            hint="Remove them. Only --index-url and --extra-index-url, with an https URL without "
            "variables in it, are taken from a lock file; put others into your pip.conf.",
        )
    requirements = [line for line in lines if not line.startswith("-")]
    _refuse_without_hash(requirements, path)
    pins = tuple(pin for line in requirements for pin in _pin(line))
    return LockFile(pins, tuple(word for line in options for word in _index(line)))


def refuse_without_gunicorn(lock: LockFile, path: str) -> None:
    """Raises ConfigError: every host runs the app by gunicorn."""
    if not any(pin.name == "gunicorn" for pin in lock.pins):
        raise ConfigError(
            f"{path} has no gunicorn, which serves the app on every host",
            details="what counts is the file as it is committed",
            hint="Add gunicorn to what the lock file is made from, and lock again.",
        )


def logical_lines(text: str) -> list[str]:
    """Lines as pip reads them: continued ones are one, comments and empty ones are none."""
    joined = re.sub(r"\\\r?\n", " ", text)
    lines = (_COMMENT.sub("", line).strip() for line in joined.splitlines())
    return [line for line in lines if line]


def for_host(lock: LockFile, python: str, machine: str) -> LockFile:
    """The pins whose marker holds for a host's Python ("3.11.2") and machine ("x86_64").

    With a Python of "3.11" those that hold for some 3.11.
    """
    return replace(lock, pins=tuple(pin for pin in lock.pins if _applies(pin, python, machine)))


def requirements(lock: LockFile) -> str:
    """What pip gets instead of the lock file, without markers: pip would apply them to this machine."""
    return "".join(
        f"{pin.name}=={pin.version} {' '.join(f'--hash={one}' for one in pin.hashes)}\n"
        for pin in lock.pins
    )


def differences(lock: LockFile, wheels: Iterable[str]) -> list[str]:
    """How the locked packages and the wheels of these file names differ, a sentence each."""
    got, odd = {}, []
    for file in wheels:
        try:
            name, version, _, _ = parse_wheel_filename(file)
            got[str(name)] = version
        except InvalidWheelFilename:
            odd.append(f"{file} is no name of a wheel")
    wanted = {pin.name: pin for pin in lock.pins}
    missing = [
        f"{pin} is locked, but was not downloaded" for pin in lock.pins if pin.name not in got
    ]
    other = [
        f"{pin} is locked, but {got[pin.name]} was downloaded"
        for pin in lock.pins
        if pin.name in got and not _is(pin, got[pin.name])
    ]
    more = [f"{name} was downloaded, but is not locked" for name in got if name not in wanted]
    return [*missing, *other, *more, *odd]


def _is(pin: Pin, version: Version) -> bool:
    """A pin of `2.0` also takes a local build such as `2.0+cpu`: PEP 440, local versions."""
    wanted = Version(pin.version)
    return wanted in (version, Version(version.public))


def _allowed(line: str) -> bool:
    return bool(_INDEX.fullmatch(line) or _EMPTY.fullmatch(line))


def _index(line: str) -> Iterator[str]:
    if found := _INDEX.fullmatch(line):
        yield "--extra-index-url" if found[1].startswith("--extra") else "--index-url"
        yield found[2]


def _refuse_without_hash(requirements: Sequence[str], path: str) -> None:
    loose = [line for line in requirements if not list(_pin(line))]
    if not loose and requirements:
        return
    raise ConfigError(
        f"{path} is not locked with hashes, so two deploys could install different things",
        details="\n".join(loose[:20]),
        hint=_hint(loose, path),
    )


def _hint(loose: Sequence[str], path: str) -> str:
    if any(re.search(r"\bgit\+", line) for line in loose):
        return (
            "A git URL has no hash. Lock a released version of the package instead; or build a wheel "
            "(uv build --wheel), publish it on a package index, and lock that with --extra-index-url; "
            "or copy the package's source into the app's repository."
        )
    if any(re.search(r"^\.|^/|@\s*\w+:|://", line) for line in loose):
        return "Only released versions from a package index have a hash: NAME==VERSION --hash=…"
    return f"uv pip compile --generate-hashes requirements.in -o {path}"


def _pin(line: str) -> Iterator[Pin]:
    """The pin in a line. None for a URL, a path, a version that isn't one, or a missing hash."""
    hashes = tuple(_HASH.findall(line))
    try:
        wanted = Requirement(_HASH.sub("", line))
        only, *more = wanted.specifier
        version = str(Version(only.version))
    except (InvalidRequirement, InvalidVersion, ValueError):
        return
    if hashes and not more and only.operator == "==" and not wanted.url:
        marker = str(wanted.marker or "")
        yield Pin(canonicalize_name(wanted.name), frozenset(wanted.extras), version, marker, hashes)


def _applies(pin: Pin, python: str, machine: str) -> bool:
    if not pin.marker:
        return True
    marker = Requirement(f"x; {pin.marker}").marker
    versions = [python] if python.count(".") == 2 else [f"{python}.0", f"{python}.99"]
    environments = (_environment(version, machine) for version in versions)
    return marker is None or any(marker.evaluate(environment) for environment in environments)


def minor(python: str) -> str:
    """ "3.11.2" -> "3.11"."""
    return ".".join(python.split(".")[:2])


def _environment(python: str, machine: str) -> dict[str, str]:
    """PEP 508's variables, as they are on a host."""
    return {
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": python,
        "python_version": minor(python),
        "sys_platform": "linux",
        "extra": "",
    }
