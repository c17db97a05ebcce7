"""Actions are carried out one by one, each as a step of the report; a failed one is undone."""

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from tests.unit.failing_host import failing_host
from tests.unit.fakes import failed, printed
from tests.unit.staging import LOG, Staging, changes
from understudy.commands import Argv
from understudy.errors import StepFailed, Unreachable
from understudy.host import branches, health, session, steps
from understudy.host.actions import Action, Run, Send, Start, Switch, WriteFiles, in_branch
from understudy.host.branches import Branch
from understudy.release.render import RenderedFile
from understudy.ssh.connection import Result

QUIET = (*LOG, "one", "two", "look", "unpack", "mkdir -p /x")
FIRST, SECOND = Run("first", ("one",)), Run("second", ("two",), "shop")


def applied(staging: Staging, *actions: Action) -> tuple[list[str], list[tuple[str, str]]]:
    """The warnings, and the titles and outputs that `after` was called with."""
    calls: list[tuple[str, str]] = []
    job = staging.job()
    with session.connected(job) as (connection, _):
        warnings = steps.apply_all(
            job,
            connection,
            actions,
            after=lambda action, output: calls.append((action.title, output)),
        )
    return warnings, calls


def test_steps_are_taken_in_order_and_passed_on_with_their_output(staging: Staging) -> None:
    host = staging.host(one=printed("1\n"))
    upload = Send("upload", (Path(__file__),), ("unpack",))

    _, calls = applied(staging, FIRST, upload, SECOND)

    assert changes(host) == ["one", "unpack", "shop: two"]
    assert host.streams == [Path(__file__).read_bytes()]
    assert calls == [("first", "1\n"), ("upload", ""), ("second", "")]
    assert staging.report.steps == [("first", True), ("upload", True), ("second", True)]


def test_of_several_commands_in_a_step_the_one_that_failed_is_named(staging: Staging) -> None:
    output = "==> makemigrations\nok\n==> migrate --noinput\n==> note other\nno\n"
    staging.host(both=failed(output))

    both = Run("run both", ("both",), commands=("makemigrations", "migrate --noinput"))
    with pytest.raises(StepFailed) as caught:
        applied(staging, both)

    assert caught.value.summary == "migrate --noinput: failed"
    assert staging.report.details == ["makemigrations", "migrate --noinput"]


def test_hint_is_found_in_what_a_command_wrote_as_an_error(staging: Staging) -> None:
    """nginx -t has no other output."""
    staging.host(install=failed(errors="[emerg] … in /etc/nginx/sites-enabled/shop:57\nfailed"))
    install = Run("install", ("install",), hint_after=(("/shop:57\n", "Line 57 is yours."),))

    with pytest.raises(StepFailed) as caught:
        applied(staging, install)

    assert caught.value.hint == "Line 57 is yours."


def test_upload_that_failed_is_the_last_step(staging: Staging) -> None:
    """The steps after it would work on half of a release."""
    host = staging.host(unpack=failed("tar: unexpected end of file"))
    upload = Send("upload", (Path(__file__),), ("unpack",))

    with pytest.raises(StepFailed, match="upload: failed") as raised:
        applied(staging, FIRST, upload, SECOND)

    assert "unexpected end" in raised.value.details
    assert raised.value.hint
    assert changes(host) == ["one", "unpack"]
    assert staging.report.steps == [("first", True), ("upload", False)]


def test_step_that_only_warns_does_not_end_the_plan(staging: Staging) -> None:
    host = staging.host(look=failed("500", "no such column"))
    look = Run("look", ("look",), warning="the old code breaks", undo=(SECOND,))

    warnings, calls = applied(staging, look, FIRST)

    assert warnings == ["the old code breaks"]
    assert staging.report.warnings == ["the old code breaks\n500\nno such column"]
    assert changes(host) == ["look", "one"]
    assert [title for title, _ in calls] == ["first"]


def test_step_that_succeeds_warns_by_what_it_has_printed(staging: Staging) -> None:
    staging.host(one=printed("worker was killed\n    its journal\n"), two=printed("all ended\n"))
    stops = (replace(step, warns_by="was killed") for step in (FIRST, SECOND))

    warnings, calls = applied(staging, *stops)

    assert warnings == ["worker was killed"]
    assert staging.report.warnings == ["worker was killed\n    its journal"]
    assert [title for title, _ in calls] == ["first", "second"]


@pytest.mark.parametrize(("output", "taken"), [("==> migrate\n", True), ("nothing to do\n", False)])
def test_step_that_depends_on_an_output_is_left_out_without_it(
    output: str, taken: bool, staging: Staging
) -> None:
    host = staging.host(one=printed(output))
    look = Run("look", ("look",), only_after="==> migrate")

    applied(staging, FIRST, look)

    assert changes(host) == ["one", *(["look"] if taken else [])]


def test_failed_step_is_undone_and_the_last(staging: Staging) -> None:
    host = staging.host(look=failed("500"))
    look = Run("look", ("look",), undo=(FIRST, SECOND))

    with pytest.raises(StepFailed, match="look: failed"):
        applied(staging, look, Run("third", ("three",)))

    assert changes(host) == ["look", "one", "shop: two"]
    assert staging.report.steps == [("look", False), ("first", True), ("second", True)]


def test_switch_that_fails_and_a_release_that_does_not_start_are_undone_too(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scheduler may have been handed over to the release."""

    def unhealthy(*_: object) -> None:
        raise StepFailed("not healthy")

    monkeypatch.setattr(health, "start_and_wait", unhealthy)
    staging.host(rename=failed("no space"))
    start = Start("start", "shop", "r1", (("look",),), "shop", 1, undo=(FIRST,))

    for action in (Switch("switch", ("rename",), "r1", (FIRST,)), start):
        staging.report.steps.clear()
        with pytest.raises(StepFailed):
            applied(staging, action)
        assert staging.report.steps == [(action.title, False), ("first", True)]


def test_failed_undo_is_shown_after_the_failed_step(staging: Staging) -> None:
    """The hint of the step would say that it was undone."""
    staging.host(look=failed("500"), one=failed("read-only"))
    undo = Run("first", ("one",), hint="switch back by hand")

    with pytest.raises(StepFailed, match="look: failed") as raised:
        applied(staging, Run("look", ("look",), undo=(undo, SECOND)))

    assert raised.value.details.splitlines() == ["500", "first: failed", "read-only"]
    assert raised.value.hint == "switch back by hand"
    assert "second" not in [title for title, _ in staging.report.steps]


def test_nothing_is_undone_on_a_host_that_is_gone(staging: Staging) -> None:
    host = failing_host(staging, "look")

    with pytest.raises(Unreachable):
        applied(staging, Run("look", ("look",), undo=(FIRST,)))

    assert changes(host) == []


def test_commands_of_steps_are_reported_with_their_output(staging: Staging) -> None:
    staging.host(one=printed("1\n"), two=failed("2", "bad"))
    write = WriteFiles("write", (RenderedFile(PurePosixPath("/x/y"), "four"),), PurePosixPath("/x"))

    with pytest.raises(StepFailed):
        applied(staging, FIRST, write, SECOND)

    assert staging.report.commands == [
        ("one", "1", True),
        ("mkdir -p /x", "", True),
        ("write 4 bytes to /x/y", "", True),
        ("sudo -u shop -- two", "2\nbad", False),
    ]


def test_command_that_was_cut_off_is_reported_as_failed(staging: Staging) -> None:
    failing_host(staging, "one")

    with pytest.raises(Unreachable):
        applied(staging, FIRST)

    assert staging.report.commands == [("one", "", False)]


@pytest.mark.parametrize(
    "why", ["tar: x: Cannot write: No space left on device", "database or disk is full"]
)
def test_step_that_fails_on_a_full_disk_shows_the_hosts_disks(why: str, staging: Staging) -> None:
    disks = "Mounted on Size Avail IFree\n/ 10G 0 5\n"
    upload = Send("upload", (Path(__file__),), ("one",))
    staging.answering({"one": failed(errors=why), "df -h": printed(disks)})

    for step in (FIRST, upload):
        with pytest.raises(StepFailed) as raised:
            applied(staging, step)

        assert raised.value.details.splitlines()[-2:] == disks.splitlines()


def test_upload_that_failed_does_not_count_as_whole(staging: Staging, tmp_path: Path) -> None:
    (tmp_path / "tar").write_bytes(b"content")
    staging.answering({"unpack": failed(errors="gzip: unexpected end of file")})

    with pytest.raises(StepFailed, match="upload: failed"):
        applied(staging, Send("upload", (tmp_path / "tar",), ("unpack",)))

    assert staging.report.steps == [("upload", False)]


def test_output_is_reported_as_it_comes_and_kept_if_the_step_is_cut_off(staging: Staging) -> None:
    host = staging.answering({"one": printed("half\n")})
    run = host.run

    def cut_off(argv: Argv, **how: Any) -> Result:
        run(argv, **how)
        raise KeyboardInterrupt

    job = staging.job()
    with session.connected(job) as (connection, _):
        host.run = cut_off  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            steps.apply_all(job, connection, [FIRST])

    assert staging.report.printed == ["half"]
    assert staging.report.commands == [("one", "half", False)]


def test_step_that_a_failed_branch_prevents_is_undone(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files that were installed a moment before are not confirmed any more."""

    def fail_after_the_first(part: Any, report: Any, take: Any, undo: Any) -> None:
        first, prevented = part["files"]
        take(first, Branch(report))
        undo(prevented, Branch(report))
        raise StepFailed("upload: failed")

    monkeypatch.setattr(branches, "carry_out", fail_after_the_first)
    host = staging.host()
    confirm = Run("confirm", ("confirm",), undo=(SECOND,))

    with pytest.raises(StepFailed, match="upload: failed"):
        applied(staging, *in_branch("files", [FIRST, confirm]), *in_branch("packages", [FIRST]))

    assert changes(host) == ["one", "shop: two"]
    assert staging.report.steps == [("first", True), ("second", True)]


def test_steps_of_two_branches_are_passed_on_with_their_output(staging: Staging) -> None:
    staging.host(one=printed("1\n"), two=printed("2\n"))

    _, calls = applied(staging, *in_branch("a", [FIRST]), *in_branch("b", [SECOND]))

    assert sorted(calls) == [("first", "1\n"), ("second", "2\n")]
    assert sorted(staging.report.steps) == [("first", True), ("second", True)]
