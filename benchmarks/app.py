"""The app that is deployed: the example in a repository of its own, and the changes to it."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.plan import Provider
from benchmarks.timing import PROJECT, run
from tests.integration.staging import Staging, clone, git, make_app

SITE, DOMAIN = "todo", "todo.test"
STATE = PROJECT / ".understudy" / "benchmarks"
# For the dependency change: a small package of pure Python without dependencies.
ONE_MORE_PACKAGE = Path(__file__).with_name("one-more-package.txt")


@dataclass(frozen=True)
class App:
    """Its repository and the deploy.yml for it. provider: of the staging VM."""

    staging: Staging
    provider: Provider

    @property
    def repository(self) -> Path:
        return self.staging.repository

    @property
    def config(self) -> Path:
        return self.staging.config

    def change_code(self, version: int) -> None:
        """A view and a template. The home page then holds mark(version)."""
        self.staging.replace(
            "lists/views.py", r"(?m)^RECENT_LISTS = .*", f"RECENT_LISTS = {20 + version}"
        )
        self.staging.replace("lists/templates/lists/base.html", r"\Z", f"{mark(version)}\n")
        self.staging.commit(f"version {version}")

    def add_package(self, version: int) -> None:
        """Adds a package to the lock, which the next version imports."""
        lock = self.repository / "requirements.txt"
        lock.write_text(lock.read_text() + ONE_MORE_PACKAGE.read_text())
        self.staging.replace("lists/views.py", r"\Z", "\nimport itsdangerous  # noqa\n")
        self.change_code(version)

    def enlarge(self, times: int) -> None:
        """Multiplies the files of each kind that the example has in `lists`."""
        lists = self.repository / "lists"
        for number in range(1, times):
            copy = self.repository / f"copy{number}"
            if not copy.exists():
                shutil.copytree(lists / "static" / "lists", lists / "static" / copy.name)
                shutil.copytree(lists, copy, ignore=shutil.ignore_patterns("static"))
        self.staging.commit(f"{times} times as many files")

    def wheels(self) -> Path:
        """A directory with the wheels that the commit's lock names. Downloaded once."""
        lock = self.repository / "requirements.txt"
        blob = git(self.repository, "rev-parse", "HEAD:requirements.txt").strip()
        directory = STATE / "wheels" / blob
        if not directory.exists():
            new = directory.with_suffix(".new")
            shutil.rmtree(new, ignore_errors=True)
            download = (
                "-m",
                "pip",
                "download",
                "--no-deps",
                "--only-binary=:all:",
                "--require-hashes",
            )
            python = str(PROJECT / ".venv" / "bin" / "python")
            run(python, *download, "--requirement", str(lock), "--dest", str(new))
            new.rename(directory)
        return directory


def make(directory: Path, provider: Provider) -> App:
    """The example at version 0. Each provider has a VM of its own."""

    def change(settings: dict[str, Any]) -> None:
        # Understudy does not need it; the peers make their environments with it.
        settings["host"]["packages"] = ["python3-venv"]
        settings["vm"] |= {
            "name": f"understudy-bench-{clone()}-{provider.word}",
            "provider": provider.word,
        }
        settings["targets"]["vagrant"]["known_hosts"] = str(STATE / "known_hosts")

    app = App(make_app(PROJECT / "example", directory, change), provider)
    app.change_code(0)
    return app


def mark(version: int) -> str:
    return f"<!-- version {version} -->"
