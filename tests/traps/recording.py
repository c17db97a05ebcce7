"""What a failure scenario's rehearsal said -> the files that tests/traps/test_recordings.py diagnoses from."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from understudy.diagnosis import broken_links, evidence

FILES = ("seen.txt", "nginx.txt", "access.txt", "host.txt")
# Of a text that is longer: its beginning and its end, and of what is between the errors.
_LINES = 30
_ERROR = re.compile(r"^(?:[A-Za-z_][\w.]*(?:Error|Exception|Exit)\b|.*\.service: State ')")


def write(
    directory: Path, events: Iterable[Mapping[str, Any]], health: str, replace: Mapping[str, str]
) -> None:
    """health: the app's path. replace: what belongs to this machine -> what is written instead."""
    for name, text in texts(events, health).items():
        path = directory / name
        path.unlink(missing_ok=True)
        if text.strip():
            path.write_text(_neutral(text, replace))


def texts(events: Iterable[Mapping[str, Any]], health: str) -> Mapping[str, str]:
    """The text of each file; of the phase that failed first."""
    logs: Mapping[str, str] = {}
    for event in events:
        if event["event"] == "attached" and event["name"] == "evidence":
            logs = event["value"]
        if event["event"] == "error":
            return dict(zip(FILES, (_seen(event, logs, health), *_other(logs)), strict=True))
    return dict.fromkeys(FILES, "")


def _seen(error: Mapping[str, Any], logs: Mapping[str, str], health: str) -> str:
    journal = evidence.messages(logs.get("journal", ""), health)
    parts = (error["summary"], _cut(error["details"]), "--- journal ---", _cut(journal))
    return "\n".join(parts) + "\n"


def _other(logs: Mapping[str, str]) -> tuple[str, str, str]:
    """Of the access log only what leads nowhere matters."""
    access = logs.get("nginx access", "")
    return (
        logs.get("nginx error", ""),
        access if broken_links.find(access) else "",
        logs.get("answers", ""),
    )


def _cut(text: str) -> str:
    lines = text.splitlines()
    if len(lines) > 2 * _LINES:
        errors = dict.fromkeys(filter(_ERROR.match, lines[_LINES:-_LINES]))
        lines = [*lines[:_LINES], "...", *errors, *lines[-_LINES:]]
    return "\n".join(lines)


def _neutral(text: str, replace: Mapping[str, str]) -> str:
    """Without the ids of releases, the addresses and the folders of where it was recorded."""
    for old, new in replace.items():
        text = text.replace(old, new)
    text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{8}\b", "1a2b3c4d-5e6f7a8b", text)
    text = re.sub(r"/venvs/[0-9a-f]+-", "/venvs/5e6f7a8b-", text)
    return re.sub(r"\b10(\.\d+){3}\b", "127.0.0.1", text)
