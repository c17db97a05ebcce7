import pytest

from understudy.config.hooks import Hook
from understudy.hooks import outcome
from understudy.hooks.event import Event


def failure(event: str, *, fatal: bool) -> str:
    hook = Hook(command=("check", "--token=abcdefgh"), fatal=fatal)
    made = outcome.failure(hook, Event(event, release="c0ffee-1"), "live", "ended with 3", "no\n")
    assert made.details == "no"
    return str(made)


@pytest.mark.parametrize(
    ("output", "details"),
    [
        ("", "It printed nothing."),
        ("a\nb\n", "a\nb"),
        ("x\n" * 40, "… 10 lines before these are in the report …" + "\nx" * 30),
    ],
)
def test_output_is_in_the_message_itself_and_not_above_it(output: str, details: str) -> None:
    hook = Hook(command=("check",), fatal=True)

    made = outcome.failure(hook, Event("before_deploy"), "live", "ended with 3", output)

    assert made.details == details
    assert "above" not in str(made)


def test_before_a_deploy_nothing_has_changed() -> None:
    assert "ended with 3; nothing was changed" in failure("before_deploy", fatal=True)


def test_after_a_deploy_the_release_is_live() -> None:
    said = failure("after_deploy", fatal=True)

    assert "c0ffee-1 IS LIVE all the same" in said
    assert "rollback --target live" in said


@pytest.mark.parametrize("event", ["before_deploy", "after_deploy"])
def test_failure_that_does_not_matter_claims_no_consequence(event: str) -> None:
    said = failure(event, fatal=False)

    assert "LIVE" not in said
    assert "nothing was changed" not in said


def test_secret_of_a_command_is_not_in_its_title() -> None:
    assert "abcdefgh" not in failure("before_deploy", fatal=True)
