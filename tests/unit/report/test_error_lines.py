"""Of the output of a failed step the lines are shown that say why."""

from understudy.report.error_lines import error_lines

TRACEBACK = """\
Mar 04 vm run[814]: booting
Traceback (most recent call last):
  File "/srv/shop/a.py", line 3, in <module>
    import b
  File "/srv/shop/b.py", line 7, in <module>
    import markdown
ModuleNotFoundError: No module named 'markdown'
worker exits
"""
NGINX = "ok\n2026/03/04 05:06:55 [emerg] 700#700: host not found in upstream\nbye\n"


def test_exception_is_shown_with_the_last_place_in_the_code() -> None:
    assert error_lines([TRACEBACK]) == (
        'File "/srv/shop/b.py", line 7, in <module>',
        "import markdown",
        "ModuleNotFoundError: No module named 'markdown'",
    )


def test_exception_counts_more_than_an_error_of_another_program() -> None:
    assert error_lines([NGINX, TRACEBACK])[-1].startswith("ModuleNotFoundError")


def test_error_of_a_program_is_found_by_its_level() -> None:
    assert error_lines(["some output\n", NGINX]) == (
        "2026/03/04 05:06:55 [emerg] 700#700: host not found in upstream",
    )


def test_exception_of_a_package_is_one() -> None:
    text = "django.db.utils.OperationalError: no such table: lists\nexit 1\n"

    assert error_lines([text]) == ("django.db.utils.OperationalError: no such table: lists",)


def test_without_any_clue_the_last_line_is_shown() -> None:
    assert error_lines(["", "one\ntwo\n\n", "three"]) == ("two",)
    assert error_lines(["", " \n"]) == ()


def test_the_name_of_a_log_above_its_lines_is_no_error() -> None:
    text = "curl: (7) Failed to connect\n--- nginx's error log ---\n--- journal of shop ---\nbye\n"
    assert error_lines([text]) == ("curl: (7) Failed to connect",)
