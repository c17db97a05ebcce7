"""A visit to a target's host: connected as the deployer, provisioned as wanted, its facts known."""

import getpass
import json
import shlex
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from understudy.commands import Argv, files, site
from understudy.config.model import Config
from understudy.errors import DISK_HINT, LoginRefused, Refused, StepFailed, UnderstudyError
from understudy.host import facts, health, query_errors
from understudy.host.actions import Action, Run, Send, Stage, Start, Switch
from understudy.host.facts import Facts
from understudy.host.provisioning import Provisioning, of_project
from understudy.job import Job
from understudy.report.events import Report
from understudy.ssh.connection import Connection, Result, SshConnection
from understudy.ssh.stream import Content

# What is kept of a failed command's output: enough for a traceback and the one behind it.
LINES_OF_OUTPUT = 50


@contextmanager
def connected(job: Job) -> Iterator[tuple[SshConnection, Facts]]:
    """A connection as the deployer to a host that is provisioned, and its facts."""
    try:
        door = SshConnection(job.target, job.config.host.deployer)
    except LoginRefused:
        # Before a host is provisioned it has no deployer: that's no wrong key.
        with SshConnection(job.target, job.target.admin) as admin:
            _refuse_unless_provisioned(job, gather(admin, job.config))
        raise
    with door as connection:
        found = gather(connection, job.config)
        _refuse_unless_provisioned(job, found)
        _warn_of_lost_name(job, found)
        yield connection, found


def _refuse_unless_provisioned(job: Job, found: Facts) -> None:
    if found.stamp != provisioning(job).stamp:
        state = "was provisioned otherwise than deploy.yml and provision/ now say"
        raise Refused(
            f"{job.target_name} ({job.target.address}) "
            + (state if found.stamp else "is not provisioned"),
            hint=f"python deploy.py provision --target {job.target_name}",
        )


def _warn_of_lost_name(job: Job, found: Facts) -> None:
    if found.lost_name:
        job.report.warn(
            f"{job.target_name}: its own name {found.lost_name} is not in /etc/hosts and no name server "
            f"knows it, so each sudo there waits for one (up to 20 s). `python deploy.py provision "
            f"--target {job.target_name}` adds the line."
        )


def gather(connection: Connection, config: Config) -> Facts:
    done = connection.run(facts.query(config.app.name), seconds=60)
    if not done.ok:
        raise query_errors.failed("the host's facts", done.text)
    return facts.parse(done.output)


def refuse_if_switched(job: Job, before: Facts, found: Facts) -> None:
    """Raises Refused if whoever held the lock in between has let another release serve: what was
    asked for was meant for the one before.
    """
    if found.current != before.current:
        raise Refused(
            f"{job.target_name} serves {found.current} since just now, and not {before.current}",
            hint="If you still want it, run the same command again.",
        )


@dataclass
class Deed:
    """What the host's audit log tells of a verb that changed it. Taken down when the verb ends.

    without_rehearsal: the reason why a deploy went ahead without one.
    """

    verb: str
    what: str
    commit: str = ""
    without_rehearsal: str | None = None


@contextmanager
def locked(
    connection: SshConnection, job: Job, deed: Deed, wait: int, before: Facts
) -> Iterator[Facts]:
    """Holds the host's lock, and leaves an entry in its audit log: who did what, and how it ended.

    wait: seconds for which another holder is waited for. before: the host as it was seen without
    the lock. Gives the facts that are true under it: asked for anew if anybody held it since.
    """
    held_by = f"{who()} ({deed.verb}) since {now()}"
    lock = connection.lock(job.config.root / "lock", held_by, wait, job.report.say)
    with lock as last_holder:
        began, outcome = time.monotonic(), "killed"
        try:
            unchanged = before.last_holder and before.last_holder == last_holder
            yield before if unchanged else gather(connection, job.config)
            outcome = "done"
        except UnderstudyError as error:
            outcome = f"failed: {error.summary}"
            raise
        except KeyboardInterrupt:
            outcome = "interrupted"
            raise
        finally:
            _write_down(connection, job, deed, outcome, time.monotonic() - began)


@dataclass(frozen=True)
class Told:
    """A connection that tells a report of each command that goes through it."""

    connection: Connection
    report: Report

    def run(
        self,
        argv: Argv,
        *,
        user: str | None = None,
        seconds: int = 600,
        on_line: Callable[[str], None] = lambda line: None,
        on_silence: Callable[[str], None] = lambda text: None,
    ) -> Result:
        as_user = ("sudo", "-u", user, "--") if user else ()

        def heard(line: str) -> None:
            lines.append(line)
            self.report.output(line)

        with self._telling(shlex.join((*as_user, *argv))) as (lines, results):
            done = self.connection.run(
                argv,
                user=user,
                seconds=seconds,
                on_line=heard,
                on_silence=self.report.detail,
            )
            results.append(done)
        return done

    def put(self, content: bytes, remote: PurePosixPath) -> None:
        with self._telling(f"put {len(content)} bytes to {remote}") as (_, results):
            self.connection.put(content, remote)
            results.append(Result(True, "", ""))

    def send(self, argv: Argv, content: Content) -> Result:
        """The content is not told: much of what goes this way nobody is to see."""
        with self._telling(shlex.join(argv)) as (_, results):
            results.append(self.connection.send(argv, content))
        return results[0]

    @contextmanager
    def _telling(self, command: str) -> Iterator[tuple[list[str], list[Result]]]:
        """Takes the lines that are printed, and the result. Without one the command was cut off: then
        it counts as failed, and is reported with what it had printed.
        """
        began, lines, results = time.monotonic(), list[str](), list[Result]()
        try:
            yield lines, results
        finally:
            done = results[0] if results else Result(False, "\n".join(lines), "")
            self.report.ran(command, done.text, time.monotonic() - began, ok=done.ok)


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
                output = apply(Told(connection, job.report), action)
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
            apply(Told(connection, job.report), action)


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
            f"{action.title}: failed",
            details="\n".join(done.text.splitlines()[-LINES_OF_OUTPUT:]) + _room(connection, done),
            hint=hint,
        )
    return done.output


def _room(connection: Connection, done: Result) -> str:
    """How full the host's disks are, if that is what a command has failed of."""
    return f"\n{connection.run(files.room()).output}" if files.lacks_room(done.text) else ""


def _write_down(connection: Connection, job: Job, deed: Deed, outcome: str, seconds: float) -> None:
    entry = {
        "who": who(),
        "verb": deed.verb,
        "what": deed.what,
        "commit": deed.commit,
        "outcome": outcome,
        "seconds": round(seconds, 1),
    }
    if deed.without_rehearsal:
        entry["without_rehearsal"] = deed.without_rehearsal
    try:
        done = connection.send(site.log(job.config.app.name), json.dumps(entry) + "\n")
    except UnderstudyError as error:
        job.report.warn(f"not written to the host's audit log: {error.summary}")
        return
    if not done.ok:
        job.report.warn(f"not written to the host's audit log: {done.text}")


def provisioning(job: Job) -> Provisioning:
    return of_project(job.project, job.config, job.target.admin)


def now() -> str:
    """Fine enough to tell apart two deeds of one user that follow each other at once."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def who() -> str:
    """The user and the machine a verb is run by."""
    return f"{getpass.getuser()}@{socket.gethostname()}"
