"""The record of a run -> the message about it. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from understudy.config.model import Config
from understudy.config.notify import EventName
from understudy.notify import outcome
from understudy.notify.outcome import backup_failed, has_failed, live, verdict, was_interrupted
from understudy.report.record import Record, State, Verdict


@dataclass(frozen=True)
class Message:
    """good: whether it is about something that went well."""

    event: EventName
    title: str
    body: str
    good: bool


def message(config: Config, record: Record, code: int, report: str) -> Message | None:
    """What those get who are to be notified; None for nothing. report: a link or a path, or ""."""
    event = _event(record, code)
    if event is None or not _is_wanted(config, event, record.target):
        return None
    lines = (*_commit(record), *_outcome(record), f"report: {report}" if report else "")
    body = "\n".join(filter(None, lines))
    return Message(event, _title(config.app.name, record, code), body, good=code == 0)


def _event(record: Record, code: int) -> EventName | None:
    if verdict(record, code):
        return "verdict"
    if backup_failed(record, code):
        return "backup"
    if has_failed(record, code) or was_interrupted(record, code):
        return "failure"
    if code == 0 and live(record) and record.verb in ("deploy", "rollback"):
        return "deploy" if record.verb == "deploy" else "rollback"
    return None


def _is_wanted(config: Config, event: EventName, target: str) -> bool:
    if event not in config.notify.events:
        return False
    return event == "verdict" or target in config.notified_targets


def _title(app: str, record: Record, code: int) -> str:
    if word := verdict(record, code):
        failed = _phases(record, State.FAILED)
        return f"{app}: {word}" + (f": {', '.join(failed)} failed" if failed and code else "")
    if record.verdict is not Verdict.PASSED:
        place = "to" if record.verb == "deploy" else "of"
        how = "INTERRUPTED" if record.verdict is Verdict.INTERRUPTED else "FAILED"
        return f"{app}: {record.verb} {place} {record.target} {how}"
    release = live(record)["release"]
    again = " again" if record.verb == "rollback" else ""
    return f"{app}: {release} is live on {record.target}{again}"


def _commit(record: Record) -> Iterator[str]:
    if commit := outcome.commit_id(record):
        known = record.commit
        subject = f" {known.subject}, by {known.author}" if known and known.subject else ""
        yield f"commit {commit[:12]}{subject}"


def _outcome(record: Record) -> Iterator[str]:
    yield f"target {record.target}, {record.seconds:.0f} s"
    if skipped := _phases(record, State.SKIPPED):
        yield f"skipped: {', '.join(skipped)}"
    if record.verdict is Verdict.INTERRUPTED:
        state = (
            f"{live(record)['release']} is live" if live(record) else "it continues if run again"
        )
        yield f"interrupted by Ctrl-C; {state}"
    elif record.error:
        yield record.error.summary
        if record.error.cause:
            yield f"cause: {record.error.cause}"
        if record.error.hint:
            yield f"try: {record.error.hint}"


def _phases(record: Record, state: State) -> list[str]:
    return [one.name for one in record.phases if one.state is state and one.name]


def link(template: str, environment: Mapping[str, str], page: str) -> str:
    """The link of notify.link with its variables; the page's path without one, or if a variable is not set."""
    names = re.findall(r"\$([A-Z_][A-Z0-9_]*)", template)
    if not template or any(name not in environment for name in names):
        return page
    return re.sub(r"\$([A-Z_][A-Z0-9_]*)", lambda found: environment[found[1]], template)
