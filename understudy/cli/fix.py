"""doctor --fix: installs Debian packages and starts daemons, by provision/machine as `make setup` does."""

import os
import re
import subprocess
from collections import deque
from pathlib import Path
from tempfile import mkdtemp

from understudy.cli import prompts
from understudy.errors import StepFailed, UnderstudyError, Unreachable
from understudy.local.share import Share
from understudy.paths import Project
from understudy.report.events import Report

_STEP, _ENDED, _ERROR, _HINT = "==> ", "✓ ", "error: ", "try: "
_SHARE = re.compile(r"%% (\d+) (\d+)")
_MISSING = 4


def fix(project: Project, report: Report, *, confirmed: bool) -> None:
    """Asks first, unless it is confirmed. Changes nothing on a machine that lacks nothing.

    Raises Refused if the user does not agree, and Unreachable or StepFailed if a package can't be installed
    or a daemon not be started.
    """
    planned = _run(report, project.machine_script, "plan")
    if not planned:
        report.say("no package is missing, and the daemons run")
        return
    if not confirmed:
        prompts.confirm(f"On this machine: {'; '.join(planned)}.")
    folder = Path(mkdtemp(prefix="understudy-")) if project.has_no_config else project.state
    log = str(folder.absolute() / "setup.log")
    with report.step("install packages and start daemons"):
        _run(report, project.machine_script, "apply", log)


def _run(report: Report, script: Path, *words: str) -> list[str]:
    """Runs the script, and reports its steps and how far they are. Returns all other lines."""
    process = subprocess.Popen(
        [script, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "SHOW_STEPS": "1"},
    )
    assert process.stdout is not None  # noqa: S101 - asked for above
    lines: deque[str] = deque(maxlen=20)
    with process:
        for line in map(str.rstrip, process.stdout):
            if not _reported(report, line):
                lines.append(line)
    if process.returncode:
        raise _error(list(lines), process.returncode)
    return list(lines)


def _reported(report: Report, line: str) -> bool:
    """What the script shows of its work: provision/shown."""
    if line.startswith((_STEP, _ENDED)):
        report.detail(line.removeprefix(_STEP))
    elif found := _SHARE.fullmatch(line):
        report.progress(Share(int(found[1]), int(found[2]), "packages"))
    else:
        return False
    return True


def _error(lines: list[str], code: int) -> UnderstudyError:
    """What the script says of its failure: the error, what to try, and the lines of the log before them."""
    summary = next((one for one in lines if one.startswith(_ERROR)), "provision/machine failed")
    hint = next((one for one in lines if one.startswith(_HINT)), "")
    kind = Unreachable if code == _MISSING else StepFailed
    return kind(
        summary.removeprefix(_ERROR),
        details="\n".join(one for one in lines if one not in (summary, hint)),
        hint=hint.removeprefix(_HINT),
    )
