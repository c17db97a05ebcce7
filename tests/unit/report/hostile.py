"""A text that would steer a terminal, and all the ways in which a report gets a text."""

from understudy.errors import StepFailed
from understudy.local.share import Share
from understudy.report.events import Report

HOSTILE = "\x1b]0;owned\x07a\x1b]52;c;cm0=\x07b\x1b[2J\x9b2Jc\x07\x08"


def report_everything(report: Report, text: str) -> None:
    """Reports the text in each place of each event that has one."""
    for host in ("", text):
        report.about(host, host)
        report.phase_started(text, text)
        with report.step(text):
            report.detail(text)
        report.detail(text)
        report.progress(Share(1, 2))
        report.say(text)
        report.result("secrets", {"target": text, "host": text, "names": [text]}, text)
        report.warn(text)
        report.skipped(text, text, text)
        report.ran(text, text, 1.0, ok=False)
        report.attach(text, {text: [text]})
        report.error(StepFailed(text, text, text, text))
        report.phase_ended(text, 1.0, ok=True)
