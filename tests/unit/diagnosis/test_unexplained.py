"""What is known of a failure that no rule explains."""

from tests.unit.cause_cases.base import PACKAGES, SOURCE, facts
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.unexplained import unexplained, unusual

STEP = f"""\
==> python manage.py migrate --noinput
Traceback (most recent call last):
  File "{PACKAGES}/odd/client.py", line 9, in connect
    raise Gone
odd.Gone: 7
Traceback (most recent call last):
  File "{SOURCE}/lists/views.py", line 2, in home
    odd.connect()
  File "{PACKAGES}/odd/client.py", line 12, in connect
    raise Failed from error
odd.Failed: not there
"""
VIEWS = facts({"lists/views.py": "import odd\nodd.connect(PLACE)\n"})


def test_command_exceptions_and_own_frame_are_shown() -> None:
    assert unexplained({"step": STEP, "said": STEP}, VIEWS).splitlines() == [
        "No cause is confirmed. What is known:",
        "command: python manage.py migrate --noinput",
        "exceptions: odd.Gone: 7 -> odd.Failed: not there",
        "first own frame: lists/views.py line 2, in home: odd.connect(PLACE)",
    ]


def test_traceback_without_its_first_line_is_read() -> None:
    cut = f'    x()\n  File "{SOURCE}/lists/views.py", line 1, in f\n    x()\nKeyError: 1\n'
    step = f"python manage.py migrate: failed\n{cut}"

    lines = unexplained({"step": step, "said": step}, VIEWS).splitlines()

    assert lines[1] == "exceptions: KeyError: 1"


def test_lines_of_the_error_itself_are_not_repeated() -> None:
    step = "check the files: failed\nthe nginx file, line 18: not allowed: include x\nnothing was installed"
    usual = "[1] Booting worker with pid: 54\n"

    assert unexplained({"step": step, "said": step, "usual": usual}, VIEWS) == ""
    assert "  Odd: 3" in unexplained(
        {"step": step, "said": f"{step}\nOdd: 3", "usual": usual}, VIEWS
    )
    command = "python manage.py migrate: failed\n==> python manage.py migrate\nno"
    assert unexplained({"step": command, "said": command}, VIEWS) == ""


def test_lines_that_an_earlier_run_lacks_are_shown() -> None:
    usual = "[1] Booting worker with pid: 54\nReady 1a2b3c4d5e6f\n"

    lines = unusual("[2] Booting worker with pid: 66\nReady 99999999ffff\nOdd: 3\n", usual)

    assert lines == ["Odd: 3"]


def test_without_an_earlier_run_there_is_nothing_to_compare_with() -> None:
    assert unusual("Odd: 3\n", "") == []
    assert unexplained({"step": "x", "said": "x"}, KnownFacts()) == ""
