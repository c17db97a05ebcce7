"""Actions are carried out on a host, each as a step of the report. A failed one is undone."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from understudy.commands import files
from understudy.errors import DISK_HINT, StepFailed, Stopped
from understudy.host import branches, health
from understudy.host.actions import Action, Meet, Run, Send, Start, Switch, WriteFiles
from understudy.host.branches import Branch
from understudy.host.gates import Gate
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
    explain: Callable[[str], str] = lambda output: "",
    gate: Gate | None = None,
) -> list[str]:
    """Carries out actions one by one, or those of several branches at once. Returns the warnings.

    after: called with each action that succeeded and what it printed. explain: the cause in what a step printed
    whose failure is a warning, "" if it shows none. gate: where this host waits for those that are changed
    together with it; None if it is changed alone. Raises StepFailed for the first action
    that fails, after undoing it, Stopped in the same way if another of those hosts fails, and
    Unreachable if the connection breaks.
    """
    plan = _Plan(connection, after, explain, gate)
    for part in branches.split(actions):
        branches.carry_out(part, job.report, plan.take, plan.undo_untaken)
    return plan.warnings


@dataclass
class _Plan:
    """A plan under way. printed: by the steps until now."""

    connection: SshConnection
    after: Callable[[Action, str], None]
    explain: Callable[[str], str]
    gate: Gate | None = None
    warnings: list[str] = field(default_factory=list)
    printed: str = ""

    def take(self, action: Action, branch: Branch) -> None:
        if self._is_left_out(action):
            return
        try:
            output = self._output_of(action, branch)
        except (StepFailed, Stopped) as error:
            if not isinstance(action, Run | Start | Switch | Meet):
                raise
            if not (isinstance(action, Run) and action.warning):
                if self.gate:
                    self.gate.fail()
                raise _undone(self.connection, action.undo, branch, error) from None
            warning = "\n".join(filter(None, (action.warning, self.explain(error.details))))
            branch.report.warn(f"{warning}\n{error.details}")
            self.warnings.append(warning)
            return
        with branch.turn:
            self.printed += output
            if isinstance(action, Run) and action.warns_by and action.warns_by in output:
                branch.report.warn(output.rstrip())
                self.warnings.append(output.splitlines()[0])
            self.after(action, output)

    def _is_left_out(self, action: Action) -> bool:
        if isinstance(action, Meet):
            return self.gate is None
        return isinstance(action, Run) and action.only_after not in self.printed

    def _output_of(self, action: Action, branch: Branch) -> str:
        if not (isinstance(action, Meet) and self.gate):
            return _step(self.connection, action, branch)
        with branch.report.step(action.title):
            return self.gate.meet(action, self.printed)

    def undo_untaken(self, action: Action, branch: Branch) -> None:
        """Undoes what the steps before that action began: it would have confirmed them."""
        for step in action.undo if isinstance(action, Run) else ():
            try:
                _step(self.connection, step, branch)
            except StepFailed as error:
                branch.report.warn(f"{error.summary}\n{error.details}")


def apply(connection: Connection, action: Action, branch: Branch) -> str:
    """Carries out one action. Returns what it printed. Raises StepFailed."""
    match action:
        case Run():
            done = connection.run(action.argv, user=action.user, seconds=action.seconds)
            title = _what_ran(action, done)
            return _output(connection, title, done, action.hint_for(done.text))
        case Switch():
            return apply(connection, Run(action.title, action.argv), branch)
        case Send():
            sent = connection.send(action.argv, branch.pieces(action.content))
            return _output(connection, action.title, sent, DISK_HINT)
        case WriteFiles():
            connection.run(("mkdir", "-p", str(action.directory)))
            for file in action.files:
                connection.put(file.content.encode(), file.path)
        case Start():
            health.start_and_wait(connection, action)
    return ""


def _step(connection: Connection, action: Action, branch: Branch) -> str:
    report = branch.report
    with report.step(action.title):
        for command in action.commands if isinstance(action, Run) else ():
            report.detail(command)
        return apply(RecordingConnection(connection, report), action, branch)


def _undone(
    connection: Connection, undo: Sequence[Run], branch: Branch, error: StepFailed | Stopped
) -> StepFailed | Stopped:
    """Undoes a failed step. Returns the error to raise: if the undo fails as well, it has both outputs, and
    the hint of the undo, since the hint of the step counts on it.
    """
    try:
        for action in undo:
            _step(connection, action, branch)
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
