"""Steps that need nothing of each other are carried out at once; the first failure ends them all."""

import json
from io import StringIO
from pathlib import Path
from threading import Barrier, Event, Lock

import pytest

from tests.unit.fakes import FakeReport
from understudy.errors import StepFailed
from understudy.host import branches
from understudy.host.actions import Action, Run, Start, in_branch
from understudy.host.branches import Branch, Stopped, carry_out
from understudy.host.host_report import report_for_host
from understudy.report.events import JsonReport

SECONDS = 10
ONE, TWO, THREE = (Run(title, (title,)) for title in ("one", "two", "three"))
START = Start("start", "shop", "r1", (), "shop", 1)


def not_undone(action: Action, branch: Branch) -> None:
    raise AssertionError(f"undone: {action.title}")


def test_only_steps_that_follow_each_other_and_have_branches_are_taken_at_once() -> None:
    first, second, third = (
        in_branch("a", [ONE]),
        in_branch("b", [TWO, THREE]),
        in_branch("a", [TWO]),
    )
    plan: list[Action] = [ONE, *first, *second, *third, START, *second]

    parts = list(branches.split(plan))

    assert parts == [
        {"": [ONE]},
        {"a": [*first, *third], "b": second},
        {"": [START]},
        {"b": second},
    ]


def test_branches_run_at_once_and_each_in_its_order() -> None:
    both, taken = Barrier(2), list[str]()

    def take(action: Action, branch: Branch) -> None:
        if action in (ONE, TWO):
            both.wait(SECONDS)
        taken.append(action.title)

    carry_out({"a": [ONE, THREE], "b": [TWO]}, FakeReport(), take, not_undone)

    assert sorted(taken) == ["one", "three", "two"]
    assert taken.index("one") < taken.index("three")


def test_first_failure_is_raised_and_ends_the_others() -> None:
    """The step that would have come next is undone, as it would have confirmed the one before."""
    undone, two_runs = list[str](), Event()

    def take(action: Action, branch: Branch) -> None:
        match action.title:
            case "one":
                assert two_runs.wait(SECONDS)
                raise StepFailed("one: failed")
            case "two":
                two_runs.set()
                assert branch.stop.wait(SECONDS)
            case title:
                raise AssertionError(f"taken after the failure: {title}")

    def undo(action: Action, branch: Branch) -> None:
        undone.append(action.title)

    with pytest.raises(StepFailed, match="one: failed"):
        carry_out({"a": [ONE], "b": [TWO, THREE]}, FakeReport(), take, undo)

    assert undone == ["three"]


def test_upload_is_cut_off_by_the_failure_of_another_branch(tmp_path: Path) -> None:
    upload = tmp_path / "packages"
    upload.write_bytes(bytes(10 * 2**20))
    sent, begun = list[int](), Event()

    def take(action: Action, branch: Branch) -> None:
        if action is ONE:
            assert begun.wait(SECONDS)
            raise StepFailed("the first failure")
        for piece in branch.pieces((upload,)):
            sent.append(len(piece))
            begun.set()
            assert branch.stop.wait(SECONDS)

    with pytest.raises(StepFailed, match="the first failure"):
        carry_out({"a": [ONE], "b": [TWO]}, FakeReport(), take, not_undone)

    assert len(sent) == 1


def test_files_and_bytes_are_sent_one_after_another_in_small_pieces(tmp_path: Path) -> None:
    """In a large one an upload could not be cut off."""
    upload = tmp_path / "packages"
    upload.write_bytes(b"x" * (3 * 2**20 + 7))
    content = b"y" * (3 * 2**20 + 5)

    sent = list(Branch(FakeReport()).pieces((upload, content, upload)))

    assert b"".join(sent) == upload.read_bytes() + content + upload.read_bytes()
    assert max(map(len, sent)) <= 2**20


def test_an_upload_reports_how_much_of_it_is_sent(tmp_path: Path) -> None:
    upload, report, size = tmp_path / "packages", FakeReport(), 3 * 2**20 + 7
    upload.write_bytes(bytes(size))

    for _ in Branch(report).pieces((upload,)):
        pass

    assert {share.total for share in report.shares} == {size}
    done = [share.done for share in report.shares]
    assert done == sorted(set(done))
    assert (len(done) > 3, done[-1]) == (True, size)


def test_ctrl_c_ends_the_branches_before_their_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    taken, running = list[str](), Event()

    def interrupted(futures: object) -> None:
        assert running.wait(SECONDS)
        raise KeyboardInterrupt

    def take(action: Action, branch: Branch) -> None:
        taken.append(action.title)
        running.set()
        assert branch.stop.wait(SECONDS)
        if action is TWO:
            raise Stopped

    monkeypatch.setattr(branches, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        carry_out({"a": [ONE, THREE], "b": [TWO]}, FakeReport(), take, lambda action, branch: None)

    assert "three" not in taken


@pytest.mark.parametrize("host", ["", "192.0.2.1"])
def test_each_event_says_which_branch_it_is_about(host: str) -> None:
    out = StringIO()

    def take(action: Action, branch: Branch) -> None:
        branch.report.say(action.title)

    shown = JsonReport(out)
    report = report_for_host(shown, host, Lock()) if host else shown
    carry_out({"a": [ONE], "b": [TWO]}, report, take, not_undone)
    report.say("after")

    events = [json.loads(line) for line in out.getvalue().splitlines()]
    about = {(event["text"], event.get("branch", ""), event.get("host", "")) for event in events}
    assert about == {("one", "a", host), ("two", "b", host), ("after", "", host)}
