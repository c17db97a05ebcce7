"""What a Dockerfile and a package.json say of an app."""

from tests.unit.project.apps import decided

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
