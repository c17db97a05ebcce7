"""Lock files, the Python that they are for, and what their packages need from Debian."""

import pytest

from tests.unit.project.apps import app, by_environment, decided, django, unknown
from understudy.errors import ConfigError

FLASK = {"app.py": "app = Flask(__name__)\n"}
LOCKS = {
    "uv.lock": 'requires-python = ">=3.13"\n[[package]]\nname = "flask"\nversion = "3.1"\n',
    "pylock.toml": 'requires-python = ">=3.13"\n[[packages]]\nname = "flask"\nversion = "3.1"\n',
    "poetry.lock": (
        '[[package]]\nname = "flask"\nversion = "3.1"\n[metadata]\npython-versions = "^3.13"\n'
    ),
    "Pipfile.lock": (
        '{"_meta": {"requires": {"python_version": "3.13"}}, "default": {"flask": {"version": "==3.1"}}}'
    ),
}


@pytest.mark.parametrize("name", LOCKS)
def test_each_kind_of_lock_file_is_named_and_its_python_taken(name: str) -> None:
    found = decided({**FLASK, name: LOCKS[name]})

    assert app(found, "requirements") == name
    assert found.vm["release"].value == "trixie"
    assert not found.unknown or "production" not in unknown(found)


def test_requirements_without_hashes_are_named() -> None:
    assert (
        app(decided({**FLASK, "requirements.txt": "flask>=3\n"}), "requirements")
        == "requirements.txt"
    )
    files = {**FLASK, "requirements/production.txt": "flask==3\n"}
    assert app(decided(files), "requirements") == "requirements/production.txt"


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"pyproject.toml": '[project]\nname = "x"\ndependencies = ["flask"]\n'}, "uv lock"),
        ({"pyproject.toml": "[tool.poetry.dependencies]\n"}, "poetry lock"),
        ({"requirements.in": "flask\n"}, "uv pip compile --generate-hashes"),
        ({}, "uv pip compile --generate-hashes"),
    ],
)
def test_without_a_lock_file_the_command_that_makes_one_is_shown(
    files: dict[str, str], command: str
) -> None:
    assert command in unknown(decided({**FLASK, **files}))


def test_damaged_lock_file_is_named() -> None:
    with pytest.raises(ConfigError, match=r"uv\.lock can't be read"):
        decided({**FLASK, "uv.lock": "<<<<<<< HEAD\n"})


@pytest.mark.parametrize(
    ("files", "release"),
    [
        ({"requirements.txt": "Django>=6.1,<6.2\n"}, "trixie"),
        ({".python-version": "3.11\n"}, "bookworm"),
        ({"runtime.txt": "python-3.11.9\n"}, "bookworm"),
        ({".python-version": "3.13\n"}, "trixie"),
        ({"pyproject.toml": '[project]\nrequires-python = ">=3.11,<3.13"\n'}, "bookworm"),
        ({"pyproject.toml": '[project]\nrequires-python = "==3.12.*"\n'}, "noble"),
        ({"pyproject.toml": '[project]\nrequires-python = ">=3.14"\n'}, "resolute"),
        ({".python-version": "3.12\n"}, "trixie"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "~3.11"\n'}, "bookworm"),
    ],
)
def test_release_of_the_vm_has_the_python_that_is_asked_for(
    files: dict[str, str], release: str
) -> None:
    assert decided({**FLASK, **files}).vm["release"].value == release


def test_python_that_no_release_has_is_named() -> None:
    found = decided({**FLASK, "pyproject.toml": '[project]\nrequires-python = "==3.9.*"\n'})

    assert any("requires-python ==3.9.*" in note for note in found.notes)


def test_what_no_one_asks_for_is_named_as_unknown() -> None:
    assert "which release production runs" in unknown(decided(FLASK))
    assert decided(FLASK).vm["release"].value == "trixie"


def test_libraries_of_packages_without_wheels() -> None:
    found = decided({**FLASK, "requirements.txt": "flask==3\nmysqlclient==2.2.7\n"})

    assert app(found, "build_packages") in (["libmariadb-dev"], None)
    assert found.host["packages"].value == ["libmariadb3"]


def test_redis_is_installed_for_an_app_that_asks_for_its_url() -> None:
    settings = by_environment('BROKER = os.environ["CELERY_BROKER_URL"]\n')
    found = decided(django(settings))

    assert found.host["packages"].value == ["redis-server"]
    assert found.environment["CELERY_BROKER_URL"].value.startswith("redis://127.0.0.1")
