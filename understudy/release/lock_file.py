"""The normal form of all lock files, a text -> its pins. It can name packages, and do nothing else.

It is a requirements file with hashes; locks/ makes it of the other kinds. For pip itself a lock file can
do more: its options choose where packages come from and whether their setup.py runs on this machine. So
pip gets only what was read from the file, never the file.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from understudy.errors import ConfigError

_HASH = re.compile(r"\s--hash[= ](sha(?:256|384|512):[0-9a-f]+)(?=\s|$)")
_COMMENT = re.compile(r"(^|\s)#.*")
_PYTHON = re.compile(r"^# requires-python: (.+)$", re.MULTILINE)
_ADDED = re.compile(r"^# added: (.+)$", re.MULTILINE)
_ORIGIN = re.compile(r"^# from: (.+)$", re.MULTILINE)
# What locks/sources.py lets through: the id makes them as fixed as a hash does.
_SOURCE = re.compile(
    r"(git\+(?:https|ssh)://[^\s@]*@?[^\s@]+@[0-9a-f]{40}(#subdirectory=[\w./-]+)?"
    r"|repository:[^\s@]+@[0-9a-f]{40,64})"
)
# `${TOKEN}` is not among them: pip would send the variable's value there.
_INDEX = re.compile(r"(--index-url|-i|--extra-index-url)[= ]\s*(https://[\w.~:/@%+-]+)")
# They change nothing: this is how packages are downloaded in any case.
_EMPTY = re.compile(
    r"--require-hashes|--only-binary[= ]\s*:all:|--prefer-binary|(-c|--constraint)\b.*"
)


@dataclass(frozen=True)
class Pin:
    """One version of a package. name: normalised by PEP 503. marker: of PEP 508, "" for every host.

    source: where it is built from, as locks/sources.py writes it; then it has neither version nor hashes.
    """

    name: str
    extras: frozenset[str]
    version: str
    marker: str
    hashes: tuple[str, ...]
    source: str = ""

    def __str__(self) -> str:
        return f"{self.name} @ {self.source}" if self.source else f"{self.name}=={self.version}"


@dataclass(frozen=True)
class LockFile:
    """indexes: the options of pip that name package indexes, as words of an argv.

    python: a specifier of PEP 440 for the Pythons that it is made for, "" for any. origin: the file that it
    was made of. added: what serves the app and comes from a lock of Understudy's own.
    """

    pins: tuple[Pin, ...]
    indexes: tuple[str, ...] = ()
    python: str = ""
    origin: str = ""
    added: tuple[str, ...] = ()

    def pin(self, name: str) -> Pin | None:
        return next((pin for pin in self.pins if pin.name == name), None)


@lru_cache(maxsize=8)
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
            "variables in it, are taken from a lock file; put others into your pip.conf. The password of an "
            "index is named by app.index_secrets in deploy.yml.",
        )
    requirements = [line for line in lines if not line.startswith("-")]
    _refuse_without_hash(requirements, path)
    pins = tuple(pin for line in requirements for pin in _pin(line))
    indexes = tuple(word for line in options for word in _index(line))
    origin, added = _ORIGIN.search(text), _ADDED.search(text)
    return LockFile(
        pins,
        indexes,
        _python(text),
        origin[1] if origin else path,
        tuple(added[1].split()) if added else (),
    )


def text(lock: LockFile) -> str:
    """The lock in the normal form: parse() gives it back."""
    python = [f"# requires-python: {lock.python}"] if lock.python else []
    indexes = [" ".join(pair) for pair in zip(lock.indexes[::2], lock.indexes[1::2], strict=True)]
    added = [f"# added: {' '.join(lock.added)}"] if lock.added else []
    head = (f"# from: {lock.origin}", *python, *added, *indexes)
    return "".join(f"{line}\n" for line in (*head, *map(_line, lock.pins)))


def _line(pin: Pin) -> str:
    extras = f"[{','.join(sorted(pin.extras))}]" if pin.extras else ""
    what = f" @ {pin.source}" if pin.source else f"=={pin.version}"
    marker = f" ; {pin.marker}" if pin.marker else ""
    return f"{pin.name}{extras}{what}{marker}" + "".join(f" --hash={one}" for one in pin.hashes)


def _python(text: str) -> str:
    found = _PYTHON.search(text)
    try:
        return str(SpecifierSet(found[1])) if found else ""
    except InvalidSpecifier:
        return ""


def accepts(lock: LockFile, python: str) -> bool:
    """Whether the lock is made for a host's Python ("3.11.2"). True if that is not known exactly."""
    exact = python.count(".") == 2
    return not exact or SpecifierSet(lock.python).contains(python, prereleases=True)


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
        if not pin.source
    )


def installed(lock: LockFile) -> str:
    """What makes one environment differ from another. lock: as it is for that host."""
    return requirements(lock) + "".join(f"{pin}\n" for pin in sources(lock))


def sources(lock: LockFile) -> tuple[Pin, ...]:
    """The pins that are built and not downloaded."""
    return tuple(pin for pin in lock.pins if pin.source)


def differences(lock: LockFile, wheels: Iterable[str]) -> list[str]:
    """How the downloaded packages of a lock and the wheels of these file names differ, a sentence each."""
    got, odd = {}, []
    for file in wheels:
        try:
            name, version, _, _ = parse_wheel_filename(file)
            got[str(name)] = version
        except InvalidWheelFilename:
            odd.append(f"{file} is no name of a wheel")
    wanted = {pin.name: pin for pin in lock.pins if not pin.source}
    missing = [
        f"{pin} is locked, but was not downloaded" for pin in wanted.values() if pin.name not in got
    ]
    other = [
        f"{pin} is locked, but {got[pin.name]} was downloaded"
        for pin in wanted.values()
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
    if any("://" in line for line in loose):
        return "Only released versions from a package index have a hash: NAME==VERSION --hash=…"
    return (
        f"uv pip compile --generate-hashes requirements.in -o {path}, with the host's Python as "
        f"--python-version. Or leave all hashes out of {path}: then a deploy locks it for the host."
    )


def _pin(line: str) -> Iterator[Pin]:
    """The pin in a line. None for an open URL, a path, a version that isn't one, or a missing hash."""
    hashes = tuple(_HASH.findall(line))
    try:
        wanted = Requirement(_HASH.sub("", line))
        if wanted.url and _SOURCE.fullmatch(wanted.url) and not hashes:
            marker = str(wanted.marker or "")
            yield Pin(
                canonicalize_name(wanted.name), frozenset(wanted.extras), "", marker, (), wanted.url
            )
            return
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
    environments = (environment(version, machine) for version in versions)
    return marker is None or any(marker.evaluate(environment) for environment in environments)


def minor(python: str) -> str:
    """ "3.11.2" -> "3.11"."""
    return ".".join(python.split(".")[:2])


def environment(python: str, machine: str) -> dict[str, str]:
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
