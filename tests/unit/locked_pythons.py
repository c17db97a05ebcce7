"""Locks that are made without uv and the network."""

import pytest

from understudy.release.commit_tree import CommitTree
from understudy.release.locks import compiled
from understudy.release.locks.requirements import Requirements
from understudy.release.locks.unlocked import text


def instead_of_uv(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Pythons that are locked for from now on."""
    asked = list[str]()

    def compile_lock(tree: CommitTree, requirements: Requirements, python: str, old: str) -> str:
        asked.append(python)
        return text("django==5.2 --hash=sha256:aa\n", requirements, python)

    monkeypatch.setattr(compiled, "compile_lock", compile_lock)
    return asked
