"""A visit to a host: what it leaves in the log, and how steps are taken one by one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, failed, printed
from tests.unit.staging import LOG, QUERY, SITE, Staging, changes
from understudy.commands import Argv
from understudy.errors import Refused, StepFailed, Unreachable
from understudy.host import session, steps
from understudy.host.actions import Action, Run, Send, Stage
from understudy.host.session import AuditEntry
from understudy.release.render import RenderedFile
from understudy.ssh.connection import Result

DEED = AuditEntry("deploy", "r1", "c0ffee")
BROKEN = Unreachable("the connection broke")
QUIET = (*LOG, "one", "two", "look", "unpack", "mkdir -p /x")
FIRST, SECOND = Run("first", ("one",)), Run("second", ("two",), "shop")


class Moody(FakeConnection):
    """A host that breaks off or refuses on the word in question."""

    error: Exception = BROKEN
    on = ""

    def run(self, argv: Argv, **how: Any) -> Result:
        if self.on in argv:
            raise self.error
        return super().run(argv, **how)

    @contextmanager
    def lock(self, path: PurePosixPath, holder: str, *how: Any) -> Iterator[str]:
        if self.on == "lock":
            raise self.error
        with super().lock(path, holder, *how) as last_holder:
            yield last_holder


def moody(staging: Staging, on: str, error: Exception = BROKEN) -> Moody:
    host = Moody({QUERY: staging.facts()}, QUIET)
    host.on, host.error = on, error
    staging.hosts["deploy"] = host
    return host


def locked(staging: Staging, error: BaseException | None = None, wait: int = 0) -> None:
    """Something that is done under the lock, and ends like this."""
    job = staging.job()
    with (
        session.connected(job) as (connection, found),
        session.locked(connection, job, DEED, wait, found),
    ):
        if error:
            raise error


def applied(staging: Staging, *actions: Action) -> tuple[list[str], list[tuple[str, str]]]:
    """The warnings, and what `after` was told."""
    told: list[tuple[str, str]] = []
    job = staging.job()
    with session.connected(job) as (connection, _):
        warnings = steps.apply_all(
            job,
            connection,
            actions,
            after=lambda action, output: told.append((action.title, output)),
        )
    return warnings, told


def test_connection_is_closed_whatever_happens(staging: Staging) -> None:
    host = staging.host()

    with pytest.raises(ZeroDivisionError), session.connected(staging.job()):
        raise ZeroDivisionError

    assert host.notes[-1] == "closed"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "done"),
        (StepFailed("migrate: failed", "a line of its log"), "failed: migrate: failed"),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_log_tells_what_was_done_and_how_it_ended(
    error: BaseException | None, outcome: str, staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "who", lambda: "ann@desk")
    host = staging.host()

    if error:
        with pytest.raises(type(error)) as raised:
            locked(staging, error)
        assert raised.value is error
    else:
        locked(staging)

    [line] = host.sent
    entry = json.loads(line)
    assert 0 <= entry.pop("seconds") < 60
    assert entry == {
        "who": "ann@desk",
        "verb": "deploy",
        "what": "r1",
        "commit": "c0ffee",
        "outcome": outcome,
    }
    assert line.endswith("\n")
    assert changes(host) == ["lock /srv/shop/lock", f"{SITE} log", "unlock"]


def test_log_tells_the_reason_of_a_deploy_without_rehearsal(staging: Staging) -> None:
    host, job = staging.host(), staging.job()
    deed = AuditEntry("deploy", "r1", without_rehearsal="the shop is down")
    with (
        session.connected(job) as (connection, found),
        session.locked(connection, job, deed, 0, found),
    ):
        pass

    assert json.loads(host.sent[0])["without_rehearsal"] == "the shop is down"


def test_lock_says_who_holds_it_and_why(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "who", lambda: "ann@desk")
    monkeypatch.setattr(session, "now", lambda: "noon")
    host = staging.host()

    locked(staging, wait=7)

    assert host.holders == [("ann@desk (deploy) since noon", 7)]


@pytest.mark.parametrize(
    ("seen", "asked_again"), [("another deploy", False), ("a deploy before", True), ("", True)]
)
def test_facts_are_asked_for_again_if_anybody_held_the_lock_since(
    seen: str, asked_again: bool, staging: Staging
) -> None:
    staging.host()
    job = staging.job()
    with session.connected(job) as (connection, found):
        before = replace(found, last_holder=seen)
        with session.locked(connection, job, DEED, 0, before) as now:
            assert (now is not before) == asked_again


def test_what_was_refused_for_want_of_the_lock_is_not_in_the_log(staging: Staging) -> None:
    host = moody(staging, "lock", Refused("another deploy is at work"))

    with pytest.raises(Refused):
        locked(staging)

    assert host.sent == []


@pytest.mark.parametrize("error", [None, StepFailed("migrate: failed")])
def test_log_that_cannot_be_written_is_a_warning(
    error: StepFailed | None, staging: Staging
) -> None:
    staging.host(**{"shop log": failed(errors="no space left")})

    if error:
        with pytest.raises(StepFailed, match="migrate"):
            locked(staging, error)
    else:
        locked(staging)

    assert staging.report.warnings == ["not written to the host's audit log: no space left"]


def test_log_of_a_host_that_is_gone_does_not_hide_what_failed(staging: Staging) -> None:
    moody(staging, "log")

    with pytest.raises(StepFailed, match="migrate"):
        locked(staging, StepFailed("migrate: failed"))

    assert staging.report.warnings == ["not written to the host's audit log: the connection broke"]


def test_of_several_commands_in_a_step_the_one_that_failed_is_named(staging: Staging) -> None:
    output = "==> makemigrations\nok\n==> migrate --noinput\n==> note other\nno\n"
    staging.host(both=failed(output))

    with pytest.raises(StepFailed) as caught:
        applied(staging, Run("makemigrations, migrate --noinput", ("both",)))

    assert caught.value.summary == "migrate --noinput: failed"


def test_steps_are_taken_in_order_and_handed_on_with_what_they_printed(staging: Staging) -> None:
    host = staging.host(one=printed("1\n"))
    upload = Send("upload", Path(__file__), ("unpack",))

    _, told = applied(staging, FIRST, upload, SECOND)

    assert changes(host) == ["one", "unpack", "shop: two"]
    assert list(host.files) == [Path(__file__).name]
    assert told == [("first", "1\n"), ("upload", ""), ("second", "")]
    assert staging.report.steps == [("first", True), ("upload", True), ("second", True)]


def test_upload_that_failed_is_the_last_step(staging: Staging) -> None:
    """What comes after it would work on half of a release."""
    host = staging.host(unpack=failed("tar: unexpected end of file"))
    upload = Send("upload", Path(__file__), ("unpack",))

    with pytest.raises(StepFailed, match="upload: failed") as raised:
        applied(staging, FIRST, upload, SECOND)

    assert "unexpected end" in raised.value.details
    assert raised.value.hint
    assert changes(host) == ["one", "unpack"]
    assert staging.report.steps == [("first", True), ("upload", False)]


def test_step_that_only_warns_ends_nothing(staging: Staging) -> None:
    host = staging.host(look=failed("500", "no such column"))
    look = Run("look", ("look",), warning="the old code breaks", undo=(SECOND,))

    warnings, told = applied(staging, look, FIRST)

    assert warnings == ["the old code breaks"]
    assert staging.report.warnings == ["the old code breaks\n500\nno such column"]
    assert changes(host) == ["look", "one"]
    assert [title for title, _ in told] == ["first"]


@pytest.mark.parametrize(("said", "looked"), [("==> migrate\n", True), ("nothing to do\n", False)])
def test_step_that_depends_on_what_another_printed_is_left_out_without_it(
    said: str, looked: bool, staging: Staging
) -> None:
    host = staging.host(one=printed(said))
    look = Run("look", ("look",), only_after="==> migrate")

    applied(staging, FIRST, look)

    assert changes(host) == ["one", *(["look"] if looked else [])]


def test_failed_step_is_undone_and_the_last(staging: Staging) -> None:
    host = staging.host(look=failed("500"))
    look = Run("look", ("look",), undo=(FIRST, SECOND))

    with pytest.raises(StepFailed, match="look: failed"):
        applied(staging, look, Run("third", ("three",)))

    assert changes(host) == ["look", "one", "shop: two"]
    assert staging.report.steps == [("look", False), ("first", True), ("second", True)]


def test_failed_undo_is_told_beside_what_it_should_have_undone(staging: Staging) -> None:
    """The step's hint says that it was undone."""
    staging.host(look=failed("500"), one=failed("read-only"))
    undo = Run("first", ("one",), hint="switch back by hand")

    with pytest.raises(StepFailed, match="look: failed") as raised:
        applied(staging, Run("look", ("look",), undo=(undo, SECOND)))

    assert raised.value.details.splitlines() == ["500", "first: failed", "read-only"]
    assert raised.value.hint == "switch back by hand"
    assert "second" not in [title for title, _ in staging.report.steps]


def test_host_that_is_gone_is_not_asked_to_undo(staging: Staging) -> None:
    host = moody(staging, "look")

    with pytest.raises(Unreachable):
        applied(staging, Run("look", ("look",), undo=(FIRST,)))

    assert changes(host) == []


def test_commands_of_steps_are_told_with_what_they_printed(staging: Staging) -> None:
    staging.host(one=printed("1\n"), two=failed("2", "bad"))
    staged = Stage("stage", (RenderedFile(PurePosixPath("/x/y"), "four"),), PurePosixPath("/x"))

    with pytest.raises(StepFailed):
        applied(staging, FIRST, staged, SECOND)

    assert staging.report.commands == [
        ("one", "1", True),
        ("mkdir -p /x", "", True),
        ("put 4 bytes to /x/y", "", True),
        ("sudo -u shop -- two", "2\nbad", False),
    ]


def test_command_that_was_cut_off_is_told_as_failed(staging: Staging) -> None:
    moody(staging, "one")

    with pytest.raises(Unreachable):
        applied(staging, FIRST)

    assert staging.report.commands == [("one", "", False)]


@pytest.mark.parametrize(
    "why", ["tar: x: Cannot write: No space left on device", "database or disk is full"]
)
def test_step_that_fails_of_a_full_disk_shows_the_hosts_disks(why: str, staging: Staging) -> None:
    disks = "Mounted on Size Avail IFree\n/ 10G 0 5\n"
    upload = Send("upload", Path(__file__), ("one",))
    staging.answering({"one": failed(errors=why), "df -h": printed(disks)})

    for step in (FIRST, upload):
        with pytest.raises(StepFailed) as raised:
            applied(staging, step)

        assert raised.value.details.splitlines()[-2:] == disks.splitlines()


def test_upload_that_failed_does_not_count_as_whole(staging: Staging, tmp_path: Path) -> None:
    (tmp_path / "tar").write_bytes(b"content")
    staging.answering({"unpack": failed(errors="gzip: unexpected end of file")})

    with pytest.raises(StepFailed, match="upload: failed"):
        applied(staging, Send("upload", tmp_path / "tar", ("unpack",)))

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


def test_log_tells_how_long_it_took(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    host = staging.host()
    clock = iter((10.0, 12.34))
    monkeypatch.setattr(session, "time", SimpleNamespace(monotonic=lambda: next(clock)))

    locked(staging)

    assert json.loads(host.sent[0])["seconds"] == 2.3


def test_facts_are_waited_for_a_minute(staging: Staging) -> None:
    host = staging.host()
    run, limits = host.run, list[int]()

    def noted(argv: Argv, **how: Any) -> Result:
        limits.append(how["seconds"])
        return run(argv, **how)

    host.run = noted  # type: ignore[method-assign]
    with session.connected(staging.job()):
        pass

    assert limits == [60]
