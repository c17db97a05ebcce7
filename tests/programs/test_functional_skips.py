"""The browser tests of the example app are skipped, before a browser starts, if deploy.yml has another app."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.unit.fakes import TOP, settings


def run(suite: tuple[str, ...], module: str, tmp_path: Path) -> str:
    """The end of pytest's output. There is no browser."""
    file = tmp_path / "deploy.yml"
    file.write_text(
        yaml.safe_dump(settings(app={"module": module}, target={"address": "127.0.0.1"}))
    )
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *suite),
        *("--target", "staging", "--deploy-config", str(file)),
    ]
    done = subprocess.run(
        command, cwd=TOP, env={"PATH": "/nowhere"}, capture_output=True, text=True
    )
    return done.stdout


def test_each_test_of_the_example_is_skipped_with_the_reason(tmp_path: Path) -> None:
    suite = ("functional_tests/test_lists.py", "functional_tests/test_pages.py")

    output = run((*suite, "-m", "not destroys_data"), "shop.wsgi:application", tmp_path)

    assert re.search(r"^\d+ skipped, 1 deselected in ", output, re.MULTILINE), output
    assert "a test of the example app, todo.wsgi:application; app.module is shop.wsgi" in output


def test_for_the_example_they_run(tmp_path: Path) -> None:
    output = run(
        ("functional_tests/test_pages.py", "-k", "logo"), "todo.wsgi:application", tmp_path
    )

    assert "chromium is not installed" in output
