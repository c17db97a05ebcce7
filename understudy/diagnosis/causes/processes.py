"""What keeps a process of a release from running. The words are those of provision/70-site-ready.sh."""

from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule, holds

_OF = r"^\s*(?P<process>[a-z][a-z0-9-]*)(?: \d+)? of release \S+: "
_ENDED = Clue("step", f"{_OF}it ended by itself with exit status 0$")


def _is_not_committed(groups: Groups, facts: KnownFacts) -> Finding | None:
    return holds(None if facts.commit is None else groups["file"] not in facts.commit.committed)


RULES: tuple[Rule, ...] = (
    Rule(
        "process-command-not-found",
        (
            Clue("step", f"{_OF}exit status 127"),
            Clue("step", r"exec: (?P<command>[^:\n]+): not found$"),
        ),
        "the process {process} runs {command}, and the release's environment has no such program",
        "Add the package that has {command} to the lock file, or correct processes.{process}.command in "
        "deploy.yml.",
    ),
    Rule(
        "process-file-missing",
        (
            Clue("step", f"{_OF}it ended by itself with exit status 2$"),
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
        "process-detaches",
        (_ENDED, Clue("step", r"^\s*It left others behind")),
        "the process {process} goes to the background, where systemd would not know whether it runs",
        "Leave out the option that detaches it, such as --detach or --daemon, in processes.{process}.command "
        "of deploy.yml.",
    ),
    Rule(
        "process-ends-at-once",
        (_ENDED, Clue("step", r"^\s*It has to run until it is stopped")),
        "the process {process} does its work and ends, and a process has to run until it is stopped",
        "If it is to run by the clock, write it under timers in deploy.yml; if once in each deploy, in "
        "app.release_commands.",
    ),
    Rule(
        "process-memory",
        (Clue("step", f"{_OF}it was killed because it took more memory than it may"),),
        "the process {process} took more memory than processes.{process}.memory_max of deploy.yml lets it",
        "Raise it, or let the process do less at once, such as fewer children of a worker.",
    ),
)
