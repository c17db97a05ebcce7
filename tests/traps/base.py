"""The apps that the failure scenarios change: the example, and small ones of other shapes in apps/.

A directory in apps/ has `app/`, which becomes a repository, and `deploy.yml` with the keys that differ
from the shipped one: `app` as a whole, all others merged.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.unit.fakes import TOP

APPS = Path(__file__).parent / "apps"
EXAMPLE = "example"
BASES = (EXAMPLE, *sorted(path.parent.name for path in APPS.glob("*/deploy.yml")))


@dataclass(frozen=True)
class Base:
    """source: the app's files. settings: laid over the shipped deploy.yml."""

    name: str
    source: Path
    settings: Mapping[str, Any]

    @property
    def has_hosts(self) -> bool:
        """Whether it is on several."""
        return "hosts" in self.settings.get("targets", {}).get("production", {})

    def apply(self, shipped: Mapping[str, Any]) -> dict[str, Any]:
        """The deploy.yml of the healthy app. Its domain is named after it."""
        settings = merge(shipped, self.settings)
        if app := self.settings.get("app"):
            settings["app"] = {**app, "source": shipped["app"]["source"]}
            # It names tables of the example.
            settings.pop("data", None)
            for target in settings["targets"].values():
                target["domain"] = f"{app['name']}.test"
        return settings

    def copy(self, directory: Path) -> None:
        local = shutil.ignore_patterns("local", "__pycache__")
        shutil.copytree(self.source, directory, ignore=local)


def load(name: str) -> Base:
    if name == EXAMPLE:
        return Base(name, TOP / "example", {})
    settings = yaml.safe_load((APPS / name / "deploy.yml").read_text())
    return Base(name, APPS / name / "app", settings)


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Settings laid over others: mappings are merged, null removes a key, anything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        deep = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = merge(old, value) if deep else value  # type: ignore[arg-type]
    return {key: value for key, value in merged.items() if value is not None or key not in above}
