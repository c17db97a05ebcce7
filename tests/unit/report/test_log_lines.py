"""Lines of several logs are shown in the order of time."""

from tests.unit.records import ACCESS, ERRORS, JOURNAL
from understudy.report.log_lines import align


def test_lines_of_all_logs_are_in_order_and_a_traceback_stays_together() -> None:
    lines = align({"nginx access": ACCESS, "nginx error": ERRORS, "journal": JOURNAL})

    assert [(line.time, line.source) for line in lines] == [
        ("05:06:53", "journal"),
        ("05:06:54", "journal"),
        ("05:06:54", "journal"),
        ("05:06:54", "journal"),
        ("05:06:55", "nginx access"),
        ("05:06:55", "nginx error"),
    ]


def test_a_request_has_the_same_id_in_both_logs_of_nginx() -> None:
    lines = align({"nginx access": ACCESS, "nginx error": ERRORS})

    assert {line.request for line in lines} == {"0123456789abcdef0123456789abcdef"}


def test_short_journal_times_and_fractions_of_seconds_are_read() -> None:
    logs = {"b": "Mar  4 05:06:07 vm x", "a": "2026-03-04 05:06:06,900 [error] request_id=abc-123"}

    assert [(line.time, line.request) for line in align(logs)] == [
        ("05:06:06", "abc-123"),
        ("05:06:07", ""),
    ]


def test_lines_without_a_time_are_kept() -> None:
    assert [line.text for line in align({"journal": "one\ntwo", "none": ""})] == ["one", "two"]
