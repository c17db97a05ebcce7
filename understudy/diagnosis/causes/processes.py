"""What keeps a process of a release from running. The words are those of provision/70-site-ready.sh."""

from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule, holds

_OF = r"^\s*(?P<process>[a-z][a-z0-9-]*)(?: \d+)? of release \S+: "
# On a slow host it may run again before anyone looks: the status is only in the journal then.
_AGAIN = "it ended and was restarted$"
_ENDED = Clue("step", f"{_OF}(it ended by itself with exit status 0$|{_AGAIN})")


def _is_not_committed(groups: Groups, facts: KnownFacts) -> Finding | None:
    return holds(None if facts.commit is None else groups["file"] not in facts.commit.committed)


RULES: tuple[Rule, ...] = (
    Rule(
        "process-command-not-found",
        (
            Clue("step", f"{_OF}(exit status 127|{_AGAIN})"),
            Clue("step", r"exec: (?P<command>[^:\n]+): not found$"),
        ),
        "the process {process} runs {command}, and the release's environment has no such program",
        "Add the package that has {command} to the lock file, or correct processes.{process}.command in "
        "deploy.yml.",
    ),
    Rule(
        "process-file-missing",
        (
            Clue("step", f"{_OF}(it ended by itself with exit status 2$|{_AGAIN})"),
            Clue(
                "step",
                r"python[\d.]*: can't open file '/srv/[^/]+/releases/[^/]+/source/(?P<file>[^'\n]+)'",
            ),
        ),
        "the process {process} runs {file}, and the commit has no such file",
        "Commit it, or correct processes.{process}.command in deploy.yml. Its path begins at app.source.",
        (_is_not_committed,),
    ),
    Rule(
        "process-by-sudo",
        (Clue("step", f"{_OF}it ended by itself"), Clue("step", r"^\s*sudo: (?P<why>.+)$")),
        "the process {process} is started by sudo, which the app's user may not use",
        "Leave out sudo and its options in processes.{process}.command of deploy.yml: every process runs as "
        "the app's user already.",
    ),
    Rule(
        "process-detaches",
        (
            _ENDED,
            Clue("step", r"^\s*It left others behind|Killing process \d+ .*with signal SIGKILL"),
        ),
        "the process {process} goes to the background, where systemd would not know whether it runs",
        "Leave out the option that detaches it, such as --detach or --daemon, in processes.{process}.command "
        "of deploy.yml.",
    ),
    Rule(
        "process-ends-at-once",
        (
            _ENDED,
            Clue("step", r"^\s*It has to run until it is stopped|Deactivated successfully\.$"),
        ),
        "the process {process} does its work and ends, and a process has to run until it is stopped",
        "If it is to run by the clock, write it under timers in deploy.yml; if once in each deploy, in "
        "app.release_commands.",
    ),
    Rule(
        "process-does-not-notify",
        (Clue("step", f"{_OF}it has not notified systemd within (?P<seconds>\\d+) s"),),
        "the process {process} has not notified systemd that it is ready within {seconds} s",
        "ready: notify is for programs that call sd_notify. For others leave ready out, or give it a number of "
        "seconds or a command; if it needs longer, raise app.start_timeout.",
    ),
    Rule(
        "process-not-ready-by-its-command",
        (Clue("step", f"{_OF}its command for ready has not succeeded within (?P<seconds>\\d+) s"),),
        "the process {process} runs, but processes.{process}.ready has not succeeded within {seconds} s",
        "Above is what that command printed last. Correct it, or what it found; if it needs longer, raise "
        "app.start_timeout.",
    ),
    Rule(
        "process-lock-taken",
        (
            Clue(
                "step",
                f"{_OF}it waited \\d+ s for the lock .*, which another process has: (?P<holder>.+)$",
            ),
        ),
        "the single process {process} waits for another one of its kind that still runs: {holder}",
        "End that one if no one needs it: it was started by hand, or has outlived its unit.",
    ),
    Rule(
        "process-memory",
        (Clue("step", f"{_OF}it was killed because it took more memory than it may"),),
        "the process {process} took more memory than processes.{process}.memory_max of deploy.yml lets it",
        "Raise it, or let the process do less at once, such as fewer children of a worker.",
    ),
)
