"""Actions carried out on a host, each as a step of the report; a failed one is undone."""

import re
from collections.abc import Callable, Iterable

from understudy.commands import files
from understudy.errors import DISK_HINT, StepFailed
from understudy.host import health
from understudy.host.actions import Action, Run, Send, Stage, Start, Switch
from understudy.host.recording import RecordingConnection
from understudy.job import Job
from understudy.ssh.connection import Connection, Result, SshConnection

# What is kept of a failed command's output: enough for a traceback and the one behind it.
LINES_OF_OUTPUT = 50
_ANNOUNCED = re.compile(r"^==> (.+)$", re.MULTILINE)


def apply_all(
    job: Job,
    connection: SshConnection,
    actions: Iterable[Action],
    *,
    after: Callable[[Action, str], None] = lambda action, output: None,
) -> list[str]:
    """Applies actions one by one. Returns the warnings.

    after: called when one was applied, with what it printed.
    """
    warnings = []
    printed = ""
    for action in actions:
        if isinstance(action, Run) and action.only_after not in printed:
            continue
        try:
            with job.report.step(action.title):
                output = apply(RecordingConnection(connection, job.report), action)
        except StepFailed as error:
            if not isinstance(action, Run):
                raise
            if not action.warning:
                raise _undone(job, connection, action, error) from None
            job.report.warn(f"{action.warning}\n{error.details}")
            warnings.append(action.warning)
            continue
        printed += output
        after(action, output)
    return warnings


def _undone(job: Job, connection: Connection, action: Run, error: StepFailed) -> StepFailed:
    """Undoes a failed step. The error to raise: its hint counts on the undo, unless that failed too."""
    try:
        _undo(job, connection, action.undo)
    except StepFailed as again:
        details = f"{error.details}\n{again.summary}\n{again.details}"
        return StepFailed(error.summary, details, again.hint)
    return error


def _undo(job: Job, connection: Connection, actions: tuple[Run, ...]) -> None:
    for action in actions:
        with job.report.step(action.title):
            apply(RecordingConnection(connection, job.report), action)


def apply(connection: Connection, action: Action) -> str:
    """Takes one step. Returns what it printed."""
    match action:
        case Run():
            return _run(connection, action)
        case Switch():
            return _run(connection, Run(action.title, action.argv))
        case Send():
            sent = connection.send(action.argv, action.local)
            return _printed(connection, action, sent, DISK_HINT)
        case Stage():
            connection.run(("mkdir", "-p", str(action.directory)))
            for file in action.files:
                connection.put(file.content.encode(), file.path)
        case Start():
            health.start_and_wait(connection, action)
    return ""


def _run(connection: Connection, action: Run) -> str:
    done = connection.run(action.argv, user=action.user, seconds=action.seconds)
    return _printed(connection, action, done, action.hint_for(done.output))


def _printed(connection: Connection, action: Action, done: Result, hint: str) -> str:
    if not done.ok:
        raise StepFailed(
            f"{_what_ran(action, done)}: failed",
            details="\n".join(done.text.splitlines()[-LINES_OF_OUTPUT:]) + _room(connection, done),
            hint=hint,
        )
    return done.output


def _what_ran(action: Action, done: Result) -> str:
    """Of the several commands of a step the one that was under way: a line announces each."""
    commands = [line for line in _ANNOUNCED.findall(done.output) if line in action.title]
    return commands[-1] if commands else action.title


def _room(connection: Connection, done: Result) -> str:
    """How full the host's disks are, if that is what a command has failed of."""
    return f"\n{connection.run(files.room()).output}" if files.lacks_room(done.text) else ""
