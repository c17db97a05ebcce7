"""Pipfile.lock -> the normal form. Pure: it is JSON, and has all that is needed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from understudy.errors import ConfigError


def lines(text: str, path: str, groups: Sequence[str]) -> Iterator[str]:
    """The lines of a requirements file. groups: categories besides the default one.

    Raises ConfigError if it is no Pipfile.lock, or has no such category.
    """
    try:
        lock = json.loads(text)
        yield from _python(lock["_meta"].get("requires", {}))
        yield from _indexes(lock["_meta"].get("sources", ()))
        for category in ("default", *groups):
            for name, package in lock[category].items():
                yield _line(name, package)
    except KeyError as error:
        raise ConfigError(
            f"{path} has no category {error}",
            hint="app.groups in deploy.yml names categories of the Pipfile; then: pipenv lock",
        ) from None
    except (ValueError, AttributeError, TypeError):
        raise ConfigError(
            f"{path} can't be read: it is not what pipenv writes",
            hint="Write it again by `pipenv lock`, and commit it.",
        ) from None


def _python(requires: Mapping[str, str]) -> Iterator[str]:
    if version := requires.get("python_full_version") or requires.get("python_version"):
        yield f"# requires-python: =={version}{'' if version.count('.') == 2 else '.*'}"


def _indexes(sources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for place, source in enumerate(sources):
        yield f"{'--extra-index-url' if place else '--index-url'} {source['url']}"


def _line(name: str, package: Mapping[str, Any]) -> str:
    extras = f"[{','.join(package['extras'])}]" if package.get("extras") else ""
    marker = f" ; {package['markers']}" if package.get("markers") else ""
    if "git" in package:
        below = f"#subdirectory={package['subdirectory']}" if "subdirectory" in package else ""
        return f"{name}{extras} @ git+{package['git']}@{package['ref']}{below}{marker}"
    if "path" in package:
        return f"{name}{extras} @ {package['path']}{marker}"
    hashes = "".join(f" --hash={one}" for one in package.get("hashes", ()))
    return f"{name}{extras}{package.get('version', '')}{marker}{hashes}"
