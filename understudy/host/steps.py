"""Actions are carried out on a host, each as a step of the report. A failed one is undone."""

import re
from collections.abc import Callable, Iterable, Sequence

from understudy.commands import files
from understudy.errors import DISK_HINT, StepFailed
from understudy.host import health
from understudy.host.actions import Action, Run, Send, Start, Switch, WriteFiles
from understudy.host.recording import RecordingConnection
from understudy.job import Job
from understudy.ssh.connection import Connection, Result, SshConnection

# Of a failed command's output: enough for a traceback and the one that caused it.
LINES_OF_OUTPUT = 50
# A step of several commands announces each with such a line: templates/commands.py.
_ANNOUNCED = re.compile(r"^==> (.+)$", re.MULTILINE)


def apply_all(
    job: Job,
    connection: SshConnection,
    actions: Iterable[Action],
    *,
    after: Callable[[Action, str], None] = lambda action, output: None,
) -> list[str]:
    """Carries out actions one by one. Returns the warnings.

    after: called with each action that succeeded and what it printed. Raises StepFailed for the first action
    that fails, after undoing it, and Unreachable if the connection breaks.
    """
    warnings = []
    printed = ""
    for action in actions:
        if isinstance(action, Run) and action.only_after not in printed:
            continue
        try:
            output = _step(job, connection, action)
        except StepFailed as error:
            if not isinstance(action, Run):
                raise
            if not action.warning:
                raise _undone(job, connection, action.undo, error) from None
            job.report.warn(f"{action.warning}\n{error.details}")
            warnings.append(action.warning)
            continue
        printed += output
        after(action, output)
    return warnings


def apply(connection: Connection, action: Action) -> str:
    """Carries out one action. Returns what it printed. Raises StepFailed."""
    match action:
        case Run():
            done = connection.run(action.argv, user=action.user, seconds=action.seconds)
            title = _what_ran(action, done)
            return _output(connection, title, done, action.hint_for(done.output))
        case Switch():
            return apply(connection, Run(action.title, action.argv))
        case Send():
            sent = connection.send(action.argv, action.local)
            return _output(connection, action.title, sent, DISK_HINT)
        case WriteFiles():
            connection.run(("mkdir", "-p", str(action.directory)))
            for file in action.files:
                connection.put(file.content.encode(), file.path)
        case Start():
            health.start_and_wait(connection, action)
    return ""


def _step(job: Job, connection: Connection, action: Action) -> str:
    with job.report.step(action.title):
        for command in action.commands if isinstance(action, Run) else ():
            job.report.detail(command)
        return apply(RecordingConnection(connection, job.report), action)


def _undone(job: Job, connection: Connection, undo: Sequence[Run], error: StepFailed) -> StepFailed:
    """Undoes a failed step. Returns the error to raise: if the undo fails as well, it has both outputs, and
    the hint of the undo, since the hint of the step counts on it.
    """
    try:
        for action in undo:
            _step(job, connection, action)
    except StepFailed as failed:
        details = f"{error.details}\n{failed.summary}\n{failed.details}"
        return StepFailed(error.summary, details, failed.hint)
    return error


def _output(connection: Connection, title: str, done: Result, hint: str) -> str:
    """What a command has printed. Raises StepFailed with its last lines if it failed."""
    if done.ok:
        return done.output
    lines = done.text.splitlines()[-LINES_OF_OUTPUT:]
    details = "\n".join(lines) + _disks(connection, done)
    raise StepFailed(f"{title}: failed", details=details, hint=hint)


def _what_ran(action: Run, done: Result) -> str:
    """The command that was running, if the step has several."""
    commands = [line for line in _ANNOUNCED.findall(done.output) if line in action.commands]
    return commands[-1] if commands else action.title


def _disks(connection: Connection, done: Result) -> str:
    """How full the host's disks are, if a full disk is why the command failed."""
    return f"\n{connection.run(files.room()).output}" if files.lacks_room(done.text) else ""
