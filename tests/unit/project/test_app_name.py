"""Which name init gives an app: one that says something, and that can be a user's."""

import pytest

from tests.unit.project.apps import tree
from understudy.project import app_name, decide

FLASK = {"app.py": "app = Flask(__name__)\n"}


@pytest.mark.parametrize(
    ("pyproject", "folder", "module", "name", "why"),
    [
        ("shop", "Other", "x", "shop", "pyproject.toml"),
        ("app", "My Shop!", "x", "my-shop", "the folder's name"),
        ("", "src", "shop", "shop", "its package shop"),
        ("", "2048", "shop", "shop", "its package shop"),
        ("", "--", "config", "site", "nothing here has a name for the app"),
        ("backend", "www", "core", "site", "nothing here has a name for the app"),
        ("", "backup", "x", "backup-site", "the folder's name"),
    ],
)
def test_first_name_that_says_something(
    pyproject: str, folder: str, module: str, name: str, why: str
) -> None:
    files = {"pyproject.toml": f'[project]\nname = "{pyproject}"\n'}

    assert app_name.find(tree(files), "", folder, module) == (name, why)


@pytest.mark.parametrize(("folder", "named"), [("src", False), ("shop", True)])
def test_app_without_a_name_is_noted(folder: str, named: bool) -> None:
    found = decide.deployment(tree(FLASK), folder)

    assert any("Choose one before the first deploy" in note for note in found.notes) is not named
