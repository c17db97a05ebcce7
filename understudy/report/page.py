"""Record and pictures -> the report page, one HTML file that loads nothing else. Pure but for templates."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

import jinja2
from markupsafe import Markup

from understudy.paths import Overlay
from understudy.report import gallery, html, mail_page, suites, summary, timeline
from understudy.report import history as history_of
from understudy.report.error_lines import error_lines
from understudy.report.gallery import Picture
from understudy.report.graph import duration, graph
from understudy.report.history import Entry
from understudy.report.log_lines import align
from understudy.report.record import Failure, Record, State, Verdict
from understudy.report.summary import TestRow
from understudy.report.timeline import Part, Row

TITLES = {
    "rehearse": "Rehearsal on",
    "deploy": "Deploy to",
    "rollback": "Rollback on",
    "verify": "Tests of",
    "provision": "Provisioning of",
}
# Attachments with a section of their own; the page shows all others as JSON.
KNOWN = {
    "live",
    "hosts",
    "evidence",
    "evidence host",
    "causes",
    "probes",
    "drift",
    "migrations",
    "tests",
    "pages",
    "provider",
    "issuer",
    "receipt",
    "mails",
    "mirror",
}
LONG_COMMAND = 120
# So many failed tests have their assertion on the first screen.
ON_FIRST_SCREEN = 3


def render(
    templates: Overlay,
    record: Record,
    pictures: Sequence[Picture],
    before: Sequence[Entry] = (),
    history: str = "",
) -> str:
    """The page as HTML. before: the passed runs of the same verb on the same target. history: the address
    of their page, "" for none. Raises jinja2.TemplateError if the template uses an undefined value.
    """
    script = templates.file("report.js").read_text()
    parts = list(timeline.parts(record))
    rows = [row for part in parts for row in part.all_rows]
    attached = {**dict.fromkeys(KNOWN), **record.attachments}
    tests = summary.test_rows(record)
    names = record.host_names()
    failed_tests = suites.failed_tests(tests, names)
    failing = [test for test in tests if test.assertion]
    shown = list(gallery.shown(pictures, tests))
    usual = history_of.usual([one.seconds for one in before])
    return (
        _environment(templates)
        .get_template("report.html.j2")
        .render(
            record=record,
            attached=attached,
            title=f"{TITLES.get(record.verb, record.verb)} {record.target}",
            sentence=suites.sentence(record, failed_tests, duration(record.seconds))
            or summary.sentence(record),
            parts=parts,
            counts=_counts(rows),
            failed=(failed := _last_failed(parts, record.attachments.get("evidence host"))),
            failing=failing,
            failed_tests=failed_tests,
            first=failed_tests[:ON_FIRST_SCREEN],
            shown_once=[test.row for test in failed_tests],
            tests={
                suites.suite_of(name, names).title(names): [
                    row for row in tests if row.suite == name
                ]
                for name in _suites(tests)
            },
            kinds=suites.by_kind(record),
            total=summary.all_tests(record),
            other=(other := summary.other_failure(record, failing)),
            error_lines=_error_lines(record, other, failed),
            phases_passed=sum(
                phase.state is State.PASSED and bool(phase.name) for phase in record.phases
            ),
            usual=usual,
            is_slow=record.verdict is Verdict.PASSED and history_of.is_slow(record.seconds, usual),
            slow_phases=_slow_phases(record, before),
            history=history,
            step_title=lambda step: timeline.whole_title(step, names),
            host_name=lambda host: names.get(host, host),
            logs=align(attached["evidence"] or {}),
            probes=[(probe, graph(probe)) for probe in _proxies_first(attached["probes"] or ())],
            pictures=shown,
            pictures_of=lambda row: [one for one in shown if row in one.rows],
            compared=gallery.compared(pictures),
            others={name: value for name, value in attached.items() if name not in KNOWN},
            style=html.style(templates),
            script=Markup(script),  # noqa: S704 - it's ours
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


def _proxies_first(probes: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Of each time that a release went live: what visitors met."""
    for _, group in groupby(probes, lambda probe: probe["release"]):
        yield from sorted(group, key=lambda probe: not probe.get("proxy"))


def _suites(tests: Sequence[TestRow]) -> Iterator[str]:
    return iter(dict.fromkeys(row.suite for row in tests))


def _error_lines(record: Record, failure: Failure | None, step: Row | None) -> Sequence[str]:
    """The lines that say why a step failed: of the error, of the step's commands, of the host's logs."""
    if failure is None:
        return ()
    outputs = [ran.output for ran in step.step.commands if not ran.ok] if step else []
    logs = record.attachments.get("evidence") or {}
    named = [logs[name] for name in ("journal", "nginx error") if name in logs]
    return error_lines([failure.details, *reversed(outputs), *named])


def _slow_phases(record: Record, before: Sequence[Entry]) -> Mapping[str, float]:
    """Name of a phase that was slower than usual -> its usual seconds."""
    usual = {
        phase.name: history_of.usual(
            [one.phases[phase.name] for one in before if phase.name in one.phases]
        )
        for phase in record.phases
    }
    return {
        phase.name: seconds
        for phase in record.phases
        if (seconds := usual[phase.name]) and history_of.is_slow(phase.seconds, seconds)
    }


@cache
def _environment(templates: Overlay) -> jinja2.Environment:
    return html.environment(
        templates,
        duration=duration,
        data_uri=_data_uri,
        pretty=_pretty,
        first_line=_first_line,
        is_long=_is_long,
        mail_document=mail_page.document,
    )


def _data_uri(webp: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(webp).decode()}"


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _first_line(command: str) -> str:
    line = command.strip().partition("\n")[0]
    return line if len(line) <= LONG_COMMAND else line[:LONG_COMMAND].rstrip() + " …"


def _is_long(command: str) -> bool:
    return _first_line(command) != command.strip()


def _counts(rows: Sequence[Row]) -> Mapping[str, int]:
    states = [row.state for row in rows]
    return {state: states.count(state) for state in ("passed", "warned", "stopped", "failed")}


def _last_failed(parts: Sequence[Part], host: str | None) -> Row | None:
    """The failed step of the last failed phase: the logs are of that time. host: of the logs, if there are
    several.
    """
    failed = [part for part in parts if part.phase.state is State.FAILED]
    rows = [row for part in failed[-1:] for row in reversed(part.all_rows) if row.open]
    return next((row for row in rows if host and row.step.host == host), next(iter(rows), None))
