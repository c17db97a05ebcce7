"""What a Dockerfile and a package.json say of an app."""

import pytest

from tests.unit.project.apps import by_environment, decided, django, unknown

FLASK = {"app.py": "app = Flask(__name__)\n"}
DOCKERFILE = """\
FROM python:3.11-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \\
    build-essential libpq-dev && rm -rf /var/lib/apt/lists/*
FROM python:3.11-slim
RUN apt-get install -y libpq5 gettext=0.21 \\
    poppler-utils
CMD gunicorn app:app
"""


def test_python_of_the_image_decides_between_releases_that_fit() -> None:
    found = decided({**FLASK, "Dockerfile": DOCKERFILE})

    assert found.vm["release"].value == "bookworm"
    assert "Dockerfile:4" in found.vm["release"].why


def test_python_of_an_image_that_no_debian_has_decides_nothing() -> None:
    assert decided({**FLASK, "Dockerfile": "FROM python:3.14\n"}).vm["release"].value == "trixie"


def test_packages_that_the_image_runs_with_are_named() -> None:
    notes = decided({**FLASK, "Dockerfile": DOCKERFILE}).notes

    assert any("installs libpq5, gettext, poppler-utils:" in note for note in notes)


def test_build_script_that_is_not_run_is_named() -> None:
    notes = decided({**FLASK, "package.json": '{"scripts": {"build": "vite build"}}'}).notes

    assert any("package.json has a script `build`" in note for note in notes)
    assert not decided({**FLASK, "package.json": "{]"}).notes


@pytest.mark.parametrize(
    "setting",
    [
        'STATICFILES_DIRS = [BASE_DIR / "node_modules"]\n',
        'STATICFILES_DIRS = [os.path.join(BASE_DIR, "assets/node_modules/x/dist")]\n',
        'STATICFILES_FINDERS = [\n    "npm.finders.NpmFinder",\n]\n',
    ],
)
def test_static_files_that_npm_installs_are_asked_for(setting: str) -> None:
    files = django(by_environment(setting))

    assert "takes files of node_modules" in unknown(decided(files))
    committed = {**files, "assets/node_modules/x/dist/x.js": ""}
    assert "node_modules" not in unknown(decided(committed))


def test_comment_about_npm_asks_for_nothing() -> None:
    assert "npm" not in unknown(decided(django(by_environment("# not of '/node_modules'\n"))))
