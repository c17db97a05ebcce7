"""Each rule gives its cause where that is true, and not where only its words appear."""

import pytest

from tests.unit.cause_cases import CASES, processes
from tests.unit.cause_cases.base import (
    HEALTHY,
    SOURCE,
    Case,
    facts,
    no_module,
    not_there,
    raised,
    said,
)
from tests.unit.diagnoses import first_cause
from understudy.diagnosis.causes import RULES, dependencies, system
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Evidence

BY_NAME = {rule.name: rule for rule in RULES}
ROWS = [pytest.param(name, case, id=name) for name, case in CASES.items()]


def test_every_rule_has_a_case_in_which_its_cause_is_not_true() -> None:
    assert set(CASES) == set(BY_NAME)
    assert len(BY_NAME) == len(RULES), "a name is given twice"


@pytest.mark.parametrize(("name", "case"), ROWS)
def test_cause_is_confirmed_where_it_is_true(name: str, case: Case) -> None:
    cause = BY_NAME[name](case.words, case.true)

    assert cause
    assert cause.confirmed, cause
    assert "{" not in cause.sentence, cause.sentence


@pytest.mark.parametrize(("name", "case"), ROWS)
def test_words_alone_are_no_cause(name: str, case: Case) -> None:
    assert BY_NAME[name](case.other_words, case.false or case.true) is None


@pytest.mark.parametrize(("name", "case"), ROWS)
def test_without_facts_no_cause_is_confirmed(name: str, case: Case) -> None:
    """But for what the failing step itself has found, which is a fact."""
    cause = BY_NAME[name](case.words, KnownFacts())

    by_step = case.false is None
    assert cause is None or cause.confirmed == by_step


CERTIFICATE = 'cannot load certificate "/etc/letsencrypt/a.pem": No such file or directory'
LOOKED_FOR = {
    "file-gone-with-the-boot": (not_there("/dev/shm/a"), "/dev/shm/a"),
    "certificate-missing": (said(CERTIFICATE), "/etc/letsencrypt/a.pem"),
}


@pytest.mark.parametrize(
    ("answer", "confirmed"),
    [
        ("missing", True),
        ("unknown", True),
        ("", False),
        ("regular file 640 todo:todo", None),
        ("broken link", None),
    ],
)
@pytest.mark.parametrize(("name", "row"), LOOKED_FOR.items(), ids=LOOKED_FOR)
def test_file_that_a_program_did_not_find_is_missing_unless_the_host_shows_it(
    name: str, row: tuple[Evidence, str], answer: str, confirmed: bool | None
) -> None:
    """`unknown`: the deployer may not look there, and the program, which may, has seen it."""
    words, path = row
    answers = (("path", path, answer), ("rebooted", SOURCE.removesuffix("/source"), "yes"))

    cause = BY_NAME[name](words, facts(answers=answers))

    assert (cause and cause.confirmed) is confirmed


@pytest.mark.parametrize(
    ("rebooted", "confirmed"), [("yes", True), ("unknown", False), ("no", None)]
)
def test_a_file_is_gone_with_the_boot_only_if_there_was_one(
    rebooted: str, confirmed: bool | None
) -> None:
    words, path = LOOKED_FOR["file-gone-with-the-boot"]
    release = SOURCE.removesuffix("/source")
    answers = (("path", path, "missing"), ("rebooted", release, rebooted))

    cause = BY_NAME["file-gone-with-the-boot"](words, facts(answers=answers))

    assert (cause and cause.confirmed) is confirmed


def test_version_for_an_older_python_comes_before_what_a_debian_package_cures() -> None:
    cause = first_cause(CASES["package-for-older-python"].words, HEALTHY)

    assert cause
    assert (
        cause.sentence
        == "greenlet 1.1.2 is for an older Python than the host's 3.11 (_PyErr_StackItem)"
    )
    assert "--upgrade-package greenlet" in cause.hint


def test_possible_cause_has_no_placeholder() -> None:
    """Also if the host gave no answer that the sentence shows."""
    cause = BY_NAME["upload-not-readable"](CASES["upload-not-readable"].words, KnownFacts())

    assert cause
    assert "itself alone (no answer)" in cause.sentence


@pytest.mark.parametrize(("module", "package"), dependencies.DISTRIBUTIONS.items())
def test_package_of_another_name_is_known(module: str, package: str) -> None:
    cause = first_cause(no_module(f"{module}.sub"), HEALTHY)

    assert cause
    assert f"the package '{package}'" in cause.sentence


@pytest.mark.parametrize(("library", "package"), system.LIBRARIES.items())
def test_debian_package_of_a_library_is_known(library: str, package: str) -> None:
    words = said(raised(f"ImportError: {library}: cannot open shared object file: No such file"))
    cause = first_cause(words, facts(answers=(("library", library, "no"),)))

    assert cause
    assert cause.sentence == f"the host lacks the system library {library}"
    assert f"Add {package} to host.packages" in cause.hint


@pytest.mark.parametrize(("program", "package"), system.PROGRAMS.items())
def test_debian_package_of_a_program_is_known(program: str, package: str) -> None:
    words = said(f"sh: 1: {program}: not found")
    cause = first_cause(words, facts(answers=(("program", program, "no"),)))

    assert cause
    assert cause.sentence == f"the host lacks the program '{program}'"
    assert f"Add {package} to host.packages" in cause.hint


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ({"live.py": "DEBUG = True\n"}, "DEBUG is on: config/live.py sets it"),
        ({"live.py": 'DEBUG = bool(os.environ.get("DEBUG", "1"))\n'}, "config/live.py sets it"),
        (
            {"live.py": "from config.base import *\n", "base.py": "DEBUG = True\n"},
            "base.py sets it",
        ),
        (
            {"live.py": "from .base import *\n", "base.py": "DEBUG: bool = True\n"},
            "base.py sets it",
        ),
        ({"live.py": "from .live import *\n"}, ""),
        ({"live.py": "load()\n"}, ""),
    ],
)
def test_file_that_puts_debug_on_is_found(texts: dict[str, str], sentence: str) -> None:
    """A name like any other is not said to be of no settings for a server."""
    files = {f"config/{name}": text for name, text in texts.items()}
    cause = first_cause(said("DEBUG is on in config.live"), facts(files))

    assert sentence in (cause.sentence if cause else "")
    assert bool(cause) == bool(sentence)


AGAIN = "it ended and was restarted"


@pytest.mark.parametrize(
    ("name", "journal"),
    [
        ("process-command-not-found", "    /srv/todo/releases/r/run: 41: exec: celery: not found"),
        ("process-file-missing", processes.FILE),
        ("process-detaches", "    x.service: Killing process 12 (python) with signal SIGKILL."),
        ("process-ends-at-once", "    x.service: Deactivated successfully."),
    ],
)
def test_process_that_runs_again_before_anyone_looks_has_the_same_cause(
    name: str, journal: str
) -> None:
    cause = first_cause(processes.not_ready(AGAIN, journal), HEALTHY)

    assert (cause and cause.rule) == name
