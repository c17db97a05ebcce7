"""What a user sees of an error."""

from understudy.errors import StepFailed


def test_text_has_what_failed_then_the_log_then_what_to_try() -> None:
    error = StepFailed("migrate: failed", details="no such table\nrolled back", hint="Read on.")

    assert str(error).splitlines() == [
        "migrate: failed",
        "no such table",
        "rolled back",
        "Read on.",
    ]


def test_parts_that_are_not_there_leave_no_blank_lines() -> None:
    assert str(StepFailed("migrate: failed")) == "migrate: failed"
