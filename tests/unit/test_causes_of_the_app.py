"""Rules on packages, files and code that no trap shows, and what must not be taken for a cause.

What traps show is in test_traps.py.
"""

import pytest

from tests.unit.diagnoses import first_cause, host
from understudy.causes import dependencies, system
from understudy.known_facts import KnownFacts

SOURCE = "/srv/todo/releases/1a2b3c4d-5e6f7a8b/source"
PACKAGES = "/srv/todo/venvs/0a1b2c3d4e5f/lib/python3.11/site-packages"
HOST = KnownFacts(host=host(("python", "", "3.11")))


def cause(said: str, project: str = "") -> str | None:
    found = first_cause({"said": said, "project": project, "settings": ""}, HOST)
    return found.sentence if found else None


def raised(error: str, code: str = "work()", file: str = f"{SOURCE}/lists/views.py") -> str:
    return f'Traceback (most recent call last):\n  File "{file}", line 7, in f\n    {code}\n{error}'


def not_started(error: str, program: str) -> str:
    python = "/usr/lib/python3.11/subprocess.py"
    call = f'  File "{python}", line 1901, in _execute_child\n    raise child(errno)\n'
    return f"{raised(call)}{error}: '{program}'"


def no_module(name: str) -> str:
    return raised(f"ModuleNotFoundError: No module named '{name}'", f"import {name}")


@pytest.mark.parametrize(
    ("said", "project", "told"),
    [
        pytest.param(
            "the locked packages can't be had as wheels for Python 3.11 on x86_64\n"
            "Failed to establish a new connection: [Errno -3] Temporary failure\n"
            "ERROR: No matching distribution found for django==5.2.19",
            "",
            "the package index can't be reached from this machine",
            id="no-network",
        ),
        pytest.param(
            no_module("django.tasks"),
            "locked django 5.2.19",
            "django 5.2.19, the locked version, has no module 'tasks'",
            id="module-of-a-newer-version",
        ),
        pytest.param(
            raised(
                "ModuleNotFoundError: No module named 'sqlparse'",
                file=f"{PACKAGES}/django/db/utils.py",
            ),
            "",
            "the package 'sqlparse' is not among the locked ones",
            id="package-of-a-package",
        ),
        pytest.param(
            no_module("todo.local"),
            "ignored todo/local.py",
            "todo/local.py is ignored by git, so no release has it",
            id="ignored-module",
        ),
        pytest.param(
            no_module("markdown"),
            "ignored local/venv/lib/python3.11/site-packages/markdown/__init__.py",
            "the package 'markdown' is not among the locked ones, and lists/views.py imports it",
            id="package-in-the-developers-environment",
        ),
        pytest.param(
            raised("AttributeError: module 'lists.forms' has no attribute 'MAX_WORDS'"),
            "modified lists/forms.py",
            "lists/forms.py is committed without its change that has 'MAX_WORDS'",
            id="uncommitted-change",
        ),
        pytest.param(
            raised("FileNotFoundError: [Errno 2] No such file or directory: 'data/words.txt'"),
            "untracked data/words.txt",
            "data/words.txt is not committed, so no release has it",
            id="path-relative-to-the-app",
        ),
        pytest.param(
            raised("OSError: libodd.so.3: cannot open shared object file: No such file"),
            "",
            "the host lacks the system library libodd.so.3",
            id="unknown-library",
        ),
        pytest.param(
            not_started("FileNotFoundError: [Errno 2] No such file or directory", "odd"),
            "",
            "the host lacks the program 'odd'",
            id="unknown-program",
        ),
        pytest.param(
            f'  File "{SOURCE}/lists/views.py", line 7\n    f"{{words["one"]}}"\n'
            "              ^^^\nSyntaxError: f-string: unmatched '['",
            "",
            "lists/views.py line 7 is written for a newer Python than the host's 3.11",
            id="quotes-in-an-f-string",
        ),
        pytest.param(
            "ValueError: Unable to configure handler 'syslog'",
            "",
            "Unable to configure handler 'syslog': LOGGING in the settings asks for what the host "
            "doesn't have",
            id="logging",
        ),
        pytest.param(
            raised("django.core.exceptions.FieldError: Bad", file=f"{PACKAGES}/django/x.py"),
            "",
            "django.core.exceptions.FieldError: Bad",
            id="no-line-of-the-app",
        ),
        pytest.param(
            raised(f'  File "{PACKAGES}/django/x.py", line 3, in g\n    h()\nKeyError'),
            "",
            "lists/views.py line 7: KeyError",
            id="raised-in-a-package-that-the-app-calls",
        ),
    ],
)
def test_cause_is_told(said: str, project: str, told: str) -> None:
    assert cause(said, project) == told


@pytest.mark.parametrize(("module", "package"), dependencies.DISTRIBUTIONS.items())
def test_package_of_another_name_is_known(module: str, package: str) -> None:
    assert f"the package '{package}'" in (cause(no_module(f"{module}.sub")) or "")


@pytest.mark.parametrize(("library", "package"), system.LIBRARIES.items())
def test_debian_package_of_a_library_is_known(library: str, package: str) -> None:
    said = raised(f"ImportError: {library}: cannot open shared object file: No such file")
    found = first_cause({"said": said})

    assert found
    assert (found.sentence, package in found.hint) == (
        f"the host lacks the system library {library}",
        True,
    )


@pytest.mark.parametrize(("program", "package"), system.PROGRAMS.items())
def test_debian_package_of_a_program_is_known(program: str, package: str) -> None:
    missing = not_started("FileNotFoundError: [Errno 2] No such file or directory", program)
    found = first_cause({"said": missing})

    assert found
    assert found.sentence == f"the host lacks the program '{program}'"
    assert f"Add {package} to host.packages" in found.hint


PYTEST = f"""\
functional_tests/test_lists.py:23: in test_item_is_added
    assert home.items() == ["Paint"]
E   selenium.common.exceptions.NoSuchElementException: Message: no such element
E   FileNotFoundError: [Errno 2] No such file or directory
{raised("AssertionError: 1 != 2", file="/home/ann/todo/functional_tests/pages.py")}
FAILED functional_tests/test_lists.py::test_item_is_added - AssertionError
"""
HOST_TESTS = """\
tests/host/test_serving.py:41: in test_unit_is_enabled
E   assert 'disabled' == 'enabled'
E   AssertionError: Permission denied: /srv/todo/shared/env
1 failed, 30 passed in 12.00s
"""


@pytest.mark.parametrize("said", [PYTEST, HOST_TESTS, "curl: (28) Operation timed out"])
def test_what_tests_say_is_no_cause(said: str) -> None:
    project = "committed lists/views.py\nuntracked notes.txt\nignored local/db.sqlite3"

    assert cause(said, project) is None
