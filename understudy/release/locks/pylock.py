"""pylock.toml -> the normal form. Pure: PEP 751's file has all that is needed."""

import re
import tomllib
from collections.abc import Iterator, Sequence

from packaging.pylock import Package, Pylock, PylockValidationError

from understudy.errors import ConfigError

_CHOICE = re.compile(r'"(?P<name>[^"]*)" (?P<not>not )?in (?P<kind>extras|dependency_groups)')
_ALWAYS, _NEVER = 'python_version >= "0"', 'python_version < "0"'


def lines(text: str, path: str, extras: Sequence[str], groups: Sequence[str]) -> Iterator[str]:
    """The lines of a requirements file. groups: dependency groups besides the default ones.

    Raises ConfigError if it is no lock file of PEP 751.
    """
    try:
        lock = Pylock.from_dict(tomllib.loads(text))
    except (ValueError, PylockValidationError) as error:
        raise ConfigError(
            f"{path} can't be read",
            details=str(error),
            hint="Write it again, for example by `uv export --format pylock.toml -o pylock.toml`.",
        ) from None
    if lock.requires_python:
        yield f"# requires-python: {lock.requires_python}"
    indexes = dict.fromkeys(package.index for package in lock.packages if package.index)
    for place, index in enumerate(indexes):
        yield f"{'--extra-index-url' if place else '--index-url'} {index}"
    chosen = {"extras": {*extras}, "dependency_groups": {*(lock.default_groups or ()), *groups}}
    for package in lock.packages:
        yield _line(package, _marker(package, chosen))


def _marker(package: Package, chosen: dict[str, set[str]]) -> str:
    """With each question about extras and groups answered: a host knows neither."""

    def answer(asked: re.Match[str]) -> str:
        is_chosen = asked["name"] in chosen[asked["kind"]]
        return _NEVER if is_chosen is bool(asked["not"]) else _ALWAYS

    marker = _CHOICE.sub(answer, str(package.marker or ""))
    return f" ; {marker}" if marker else ""


def _line(package: Package, marker: str) -> str:
    if package.vcs:
        below = f"#subdirectory={package.vcs.subdirectory}" if package.vcs.subdirectory else ""
        return f"{package.name} @ git+{package.vcs.url}@{package.vcs.commit_id}{below}{marker}"
    if package.directory:
        return f"{package.name} @ ./{package.directory.path}{marker}"
    files = [*(package.wheels or ()), *([package.sdist] if package.sdist else ())]
    hashes = (file.hashes.get("sha256", "") for file in files)
    return f"{package.name}=={package.version}{marker}" + "".join(
        f" --hash=sha256:{one}" for one in hashes if one
    )
