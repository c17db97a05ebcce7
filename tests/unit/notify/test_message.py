from dataclasses import replace
from typing import Any

import pytest

from tests.unit.fakes import config
from tests.unit.records import EMPTY
from understudy.notify.message import Message, link, message
from understudy.report.record import Commit, Failure, Phase, Record, State, Step, Verdict

LIVE = {"192.0.2.7": {"release": "c0ffee00-1", "commit": "c0ffee00"}}
COMMIT = Commit("c0ffee00beef1234", "Fix the cart", "Ann")
ERROR = Failure("staging: migrate: failed", "the column is gone", "Traceback", "Restore it.")


def record(verb: str, verdict: Verdict = Verdict.PASSED, **more: Any) -> Record:
    attachments = more.pop("attachments", {})
    made = replace(EMPTY, verb=verb, target="staging", verdict=verdict, seconds=34.2)
    return replace(made, attachments=attachments, **more)


def made(record: Record, code: int, **notify: Any) -> Message | None:
    given = config(notify={"to": ["SLACK_URL"], **notify})
    return message(given, record, code, "reports/x/index.html")


def test_deploy_is_named_with_its_commit_and_its_report() -> None:
    what = made(record("deploy", attachments={"live": LIVE}, commit=COMMIT), 0)

    assert what
    assert (what.event, what.good) == ("deploy", True)
    assert what.title == "shop: c0ffee00-1 is live on staging"
    assert what.body.splitlines() == [
        "commit c0ffee00beef Fix the cart, by Ann",
        "target staging, 34 s",
        "report: reports/x/index.html",
    ]


def test_failure_has_its_cause_and_what_to_try() -> None:
    what = made(record("deploy", Verdict.FAILED, error=ERROR), 1)

    assert what
    assert (what.event, what.good) == ("failure", False)
    assert what.title == "shop: deploy to staging FAILED"
    assert what.body.splitlines()[1:4] == [
        "staging: migrate: failed",
        "cause: the column is gone",
        "try: Restore it.",
    ]


def test_rollback_says_so() -> None:
    what = made(record("rollback", attachments={"live": LIVE}), 0)

    assert what
    assert (what.event, what.title) == ("rollback", "shop: c0ffee00-1 is live on staging again")


@pytest.mark.parametrize(
    ("code", "phases", "title"),
    [
        (0, (), "shop: READY"),
        (
            0,
            (Phase("reboot", "", State.SKIPPED, "left out by --only", 0, 0),),
            "shop: PASSED IN PART",
        ),
        (0, (Phase("data", "", State.SKIPPED, "no data was pulled", 0, 0),), "shop: READY"),
        (
            1,
            (Phase("host-tests", "", State.FAILED, "", 0, 0),),
            "shop: NOT READY: host-tests failed",
        ),
    ],
)
def test_verdict_is_the_title(code: int, phases: tuple[Phase, ...], title: str) -> None:
    verdict = Verdict.FAILED if code else Verdict.PASSED
    what = made(record("rehearse", verdict, phases=phases), code, targets=[])

    assert what
    assert (what.event, what.title) == ("verdict", title)


def test_skipped_phases_are_named() -> None:
    phases = tuple(Phase(name, "", State.SKIPPED, "no", 0, 0) for name in ("baseline", "data"))
    what = made(record("rehearse", phases=phases), 0)

    assert what
    assert "skipped: baseline, data" in what.body.splitlines()


STEP = Step("migrate", 0, 1, False)


@pytest.mark.parametrize(("verb", "place"), [("deploy", "to"), ("rollback", "of")])
@pytest.mark.parametrize("live", [{}, LIVE])
def test_interruption_of_what_was_begun_is_a_failure(
    verb: str, place: str, live: dict[str, Any]
) -> None:
    begun = (Phase("", "", State.FAILED, "", 0, 1, steps=(STEP,)),)
    given = {"live": live} if live else {}
    what = made(record(verb, Verdict.INTERRUPTED, phases=begun, attachments=given), 130)

    assert what
    assert (what.event, what.good) == ("failure", False)
    assert what.title == f"shop: {verb} {place} staging INTERRUPTED"
    assert ("interrupted by Ctrl-C; c0ffee00-1 is live" in what.body) is bool(live)


@pytest.mark.parametrize(
    ("verb", "code", "live"),
    [
        ("deploy", 0, {}),  # nothing to do
        ("deploy", 3, {}),  # refused
        ("deploy", 130, {}),  # interrupted before its first step
        ("rehearse", 130, LIVE),
        ("verify", 1, {}),
    ],
)
def test_what_is_no_event_has_no_message(verb: str, code: int, live: dict[str, Any]) -> None:
    assert made(record(verb, attachments={"live": live}), code) is None


def test_only_wanted_events_of_wanted_targets_have_one() -> None:
    deployed = record("deploy", attachments={"live": LIVE})

    assert made(deployed, 0, events=["failure"]) is None
    assert made(deployed, 0, targets=[]) is None


def test_link_is_filled_in_or_replaced_by_the_page() -> None:
    template = "https://ci.example.org/runs/$RUN_ID"

    assert link(template, {"RUN_ID": "7"}, "page") == "https://ci.example.org/runs/7"
    assert link(template, {}, "page") == "page"
    assert link("", {}, "page") == "page"
