"""The app's own commands that enqueue tasks of a test and list those that are done: `verify.tasks`."""

from collections.abc import Sequence

from understudy.commands import Argv, script
from understudy.release.layout import Paths

# The link is followed once: a switch in between would enqueue by another release than the one that is printed.
_IN_THE_LIVE_RELEASE = """
release=$(readlink -e "$1")
shift
echo "${release##*/}"
exec "$release/run" "$@"
"""


def enqueue(paths: Paths, command: Argv, marks: Sequence[str]) -> Argv:
    """Prints the live release's id, and then what the command prints that enqueues a task for each mark."""
    return script(_IN_THE_LIVE_RELEASE, paths.current, *command, *marks)


def done(paths: Paths, command: Argv) -> Argv:
    """Prints the live release's id, and then a line `MARK RELEASE` for each time that a task was done."""
    return script(_IN_THE_LIVE_RELEASE, paths.current, *command)
