"""The plugin beside others that have a `browser`, a `host` or options of their own, as people install them."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.unit.fakes import TOP, settings

OTHERS = ("pytest-django", "pytest-selenium", "pytest-playwright", "pytest-splinter")
TESTS = """
def test_ours(site, request):
    assert site.address == "127.0.0.1"
    fixtures = request._fixturemanager
    for name in ("browser", "host", "manage"):
        assert "understudy" in fixtures.getfixturedefs(name, request.node)[-1].func.__module__
"""
THEIRS = """
def test_theirs(request):
    fixtures = request._fixturemanager
    for name in ("browser", "host"):
        assert "understudy" not in fixtures.getfixturedefs(name, request.node)[-1].func.__module__
"""


@pytest.mark.long
def test_options_and_fixtures_do_not_clash(tmp_path: Path) -> None:
    text = yaml.safe_dump(settings(target={"address": "127.0.0.1"}))
    (tmp_path / "deploy.yml").write_text(text)
    for name, tests in (("functional_tests/test_ours.py", TESTS), ("unit/test_theirs.py", THEIRS)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(tests)
    others = [word for other in OTHERS for word in ("--with", other)]

    done = subprocess.run(
        [
            *(
                TOP / ".venv/bin/uv",
                "run",
                "--quiet",
                "--no-project",
                "--isolated",
                "--python",
                "3.11",
            ),
            *("--with-requirements", f"{TOP}/requirements.txt", *others),
            *("python", "-m", "pytest", "-q", "-p", "understudy.testing.plugin"),
            *("--target", "staging"),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TOP)},
        capture_output=True,
        text=True,
    )

    assert "2 passed" in done.stdout, done.stdout + done.stderr
