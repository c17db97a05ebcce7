"""A capture -> files with limits: of all services, of nginx, of logins."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from understudy.parity.capture.value import Capture
from understudy.report.masking import MASK

# Not in /etc: captures read that, and the file would be a difference itself.
PATH = "/usr/local/lib/systemd/system.conf.d/90-like-production.conf"
_LIMIT = re.compile(r"\d+|infinity")


@dataclass(frozen=True)
class Kind:
    """Files that are copied as they are. section: of the capture. lines: all that may be in them."""

    section: str
    pattern: str
    lines: re.Pattern[str]


_KINDS = (
    Kind("limits", "/etc/security/limits.*", re.compile(r".*")),
    Kind("unit_files", "/etc/systemd/system.conf*", re.compile(r"\[Manager\]|Default\w+=.*")),
    Kind(
        "unit_files",
        "/etc/systemd/system/nginx.service.d/*.conf",
        re.compile(r"\[Service\]|(Limit[A-Z]+|MemoryMax|TasksMax|UMask|Nice)=.*"),
    ),
)


def files(capture: Capture) -> Mapping[str, str]:
    """path -> text of each file for the VM; empty texts are no files."""
    copied = {file.path: f"{file.text}\n" for file in _found(capture) if file.is_copied}
    return {PATH: _open_files(capture), **copied}


def left_out(capture: Capture) -> Iterator[str]:
    """A note for each file that can't be copied."""
    for file in _found(capture):
        if not file.is_copied:
            yield f"{file.path} is not copied: it sets more than limits, or has values that a capture hides"


def _open_files(capture: Capture) -> str:
    """The limit in force on production, wherever it is set there."""
    found = capture.readable("limits")
    hard = found.get("systemd.DefaultLimitNOFILE", "")
    soft = found.get("systemd.DefaultLimitNOFILESoft", hard)
    if not (_LIMIT.fullmatch(hard) and _LIMIT.fullmatch(soft)):
        return ""
    return f"[Manager]\nDefaultLimitNOFILE={soft}:{hard}\n"


@dataclass(frozen=True)
class _File:
    path: str
    text: str
    kind: Kind

    @property
    def is_copied(self) -> bool:
        lines = self.text.splitlines()
        return MASK not in self.text and all(map(self.kind.lines.fullmatch, lines))


def _found(capture: Capture) -> Iterator[_File]:
    for kind in _KINDS:
        for path, text in sorted(capture.readable(kind.section).items()):
            if fnmatchcase(path, kind.pattern) and _is_safe(path):
                yield _File(path, text, kind)


def _is_safe(path: str) -> bool:
    """The capture may have been edited by hand: no file may be written elsewhere."""
    return bool(re.fullmatch(r"[\w@./-]+", path)) and ".." not in PurePosixPath(path).parts
