"""Prints a run in a few lines, for the page of a CI job: `python3 ci/summary.py reports/latest/report.json`.

The output is HTML, which GitHub accepts in Markdown. Needs nothing but Python.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

SIGNS = {"passed": "✓", "failed": "✗", "skipped": "-"}


def main(file: Path) -> str:
    """The summary of a report.json, or a line that says there is none."""
    if not file.exists():
        return "<h3>There is no report. The log says why.</h3>"
    return summary(json.loads(file.read_text(encoding="utf-8")))


def summary(report: Mapping[str, Any]) -> str:
    """Verdict, cause, what to try, and a line for each phase."""
    title = f"{report['verb']} {report['verdict']} after {report['seconds']:.0f} s"
    text = "\n".join(_lines(report))
    # Within <pre> nothing is Markdown, whatever the text of an app or a log.
    return f"<h3>{escape(title)}</h3>\n<pre>\n{escape(text)}\n</pre>"


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    yield from _about(report)
    if error := report["error"]:
        yield error["cause"] or error["summary"]
        if error["hint"]:
            yield f"try: {error['hint']}"
        yield ""
    for phase in report["phases"]:
        if phase["name"]:  # steps outside of any phase have no name
            after = f": {phase['reason']}" if phase["reason"] else f" {phase['seconds']:.0f} s"
            enable = f" ({phase['enable']})" if phase.get("enable") else ""
            yield f"{SIGNS[phase['state']]} {phase['title']}{after}{enable}"


def _about(report: Mapping[str, Any]) -> Iterator[str]:
    """The commit, and how many tests of each suite had which outcome."""
    if commit := report.get("commit"):
        yield f"{report['app']} {commit['id'][:10]} {commit['subject']}".rstrip()
    for suite, counts in report.get("test_counts", {}).items():
        shown = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
        yield f"{suite} tests: {shown or 'none'}"
    if commit or report.get("test_counts"):
        yield ""


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(main(Path(sys.argv[1])))
