"""A module is missing for one import, and there again afterwards."""

import importlib
import sys

import pytest

from understudy.local.left_out import left_out


def test_module_is_missing_in_the_block_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with left_out("colorsys"), pytest.raises(ModuleNotFoundError):
        importlib.import_module("colorsys")

    assert importlib.import_module("colorsys").__name__ == "colorsys"


def test_module_that_is_loaded_stays() -> None:
    with left_out("json"):
        assert importlib.import_module("json").loads("1") == 1
