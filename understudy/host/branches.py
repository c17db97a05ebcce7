"""Steps that need nothing of each other are carried out at once, each branch of them in a thread.

Actions that follow each other in a plan and name a branch are such steps; those of one branch are taken in
their order. Without threads the plan would be the same, one step after another.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import chain, groupby
from pathlib import Path
from threading import Event, Lock

from understudy.host.actions import Action, Meet, Start, Switch
from understudy.local.share import measured
from understudy.report.events import Report
from understudy.report.forwarding import Call, ForwardingReport, call_whole
from understudy.ssh import stream

# The steps of each branch, by its name. The only one of steps that run alone has no name.
Part = Mapping[str, Sequence[Action]]


class Stopped(Exception):
    """A step was cut off because another branch has failed."""


@dataclass(frozen=True)
class Branch:
    """What a step needs to know of its branch.

    report: for its events. turn: held while something is done that steps of other branches must not do
    meanwhile. stop: set once the branch is to end.
    """

    report: Report
    turn: Lock = field(default_factory=Lock)
    stop: Event = field(default_factory=Event)

    def pieces(self, content: Sequence[Path | bytes]) -> Iterator[bytes]:
        """Of files and bytes, one after another; reports how much is sent. Raises Stopped in place of the next
        one when the branch is to end.
        """
        pieces = chain.from_iterable(map(_pieces, content))
        for piece in measured(pieces, self.report.progress, _size(content)):
            if self.stop.is_set():
                raise Stopped
            yield piece


# Takes a step. The second one undoes what the steps before it have begun, and it would have confirmed.
Take = Callable[[Action, Branch], None]


def split(actions: Iterable[Action]) -> Iterator[Part]:
    """The actions in parts that follow each other."""
    for has_branch, part in groupby(actions, lambda action: bool(_name(action))):
        branches: dict[str, list[Action]] = {}
        for action in part:
            branches.setdefault(_name(action) if has_branch else "", []).append(action)
        yield branches


def carry_out(part: Part, report: Report, take: Take, undo: Take) -> None:
    """Takes the steps of all branches. Raises the first failure, once all branches have ended.

    The first failure, or Ctrl-C, ends the others: an upload is cut off, a command comes to its end, and the
    next step is undone instead.
    """
    if len(part) == 1:
        [steps] = part.values()
        for action in steps:
            take(action, Branch(report))
    else:
        _at_once(part, report, take, undo)


def _at_once(part: Part, report: Report, take: Take, undo: Take) -> None:
    turn, stop = Lock(), Event()
    failures: list[BaseException] = []

    def work(name: str) -> None:
        branch = Branch(_about(report, name, turn), turn, stop)
        for action in part[name]:
            if stop.is_set():
                undo(action, branch)
                return
            try:
                take(action, branch)
            except BaseException as error:
                failures.append(error)
                stop.set()
                return

    with ThreadPoolExecutor(len(part), thread_name_prefix="branch") as pool:
        try:
            wait([pool.submit(work, name) for name in part])
        finally:
            # Ctrl-C reaches the thread that waits, and no other.
            stop.set()
    for first in failures[:1]:
        raise first


def _about(report: Report, name: str, turn: Lock) -> Report:
    """A report that passes each call on to `report`, as about that branch."""

    def pass_on(call: Call) -> None:
        def about_branch(whole: Report) -> None:
            whole.branch(name)
            try:
                call(whole)
            finally:
                whole.branch("")

        with turn:
            call_whole(report, about_branch)

    return ForwardingReport(pass_on)


def _name(action: Action) -> str:
    return "" if isinstance(action, Start | Switch | Meet) else action.branch


def _pieces(part: Path | bytes) -> Iterator[bytes]:
    return stream.split(part) if isinstance(part, bytes) else stream.pieces(part)


def _size(content: Sequence[Path | bytes]) -> int | None:
    """None if there is no such file: who reads it says that better."""
    try:
        return sum(
            len(part) if isinstance(part, bytes) else part.stat().st_size for part in content
        )
    except OSError:
        return None
