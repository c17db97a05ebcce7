"""Why a timer's run fails. The words are those of rehearsal/timers.py and provision/69-timer.sh."""

from understudy.diagnosis.causes.checks import not_committed
from understudy.diagnosis.rules import Clue, Rule

# The lines of one timer, up to the one that matters.
_OF = r"^\s*timer (?P<timer>[a-z][a-z0-9-]*) failed:\n(?:(?!\s*timer \S+ failed:\n).*\n)*?\s*"

RULES: tuple[Rule, ...] = (
    Rule(
        "timer-command-not-found",
        (Clue("step", _OF + r".*exec: (?P<command>[^:/\n]+): not found$"),),
        "the timer {timer} runs {command}, and the release's environment has no such program",
        "Add the package that has {command} to the lock file, or to host.packages, or correct "
        "timers.{timer}.command in deploy.yml.",
    ),
    Rule(
        "timer-file-missing",
        (
            Clue(
                "step",
                _OF + r".*(?:exec: \./(?P<script>[^:\n]+): not found$|"
                r"can't open file '/srv/[^/]+/releases/[^/]+/source/(?P<path>[^'\n]+)')",
            ),
        ),
        "the timer {timer} runs {script}{path}, and the commit has no such file",
        "Commit it, or correct timers.{timer}.command in deploy.yml. Its path begins at app.source.",
        (not_committed("{script}{path}"),),
    ),
    Rule(
        "timer-django-command-missing",
        (Clue("step", _OF + r"Unknown command: '(?P<command>[\w-]+)'"),),
        "the timer {timer} runs the management command {command}, and the commit has none of that name",
        "Commit it as management/commands/{command}.py in an app of INSTALLED_APPS, or correct "
        "timers.{timer}.command in deploy.yml.",
        (not_committed(r"(?:.*/)?management/commands/{command}\.py"),),
    ),
    Rule(
        "timer-relative-path",
        (
            Clue(
                "step",
                _OF
                + r".*FileNotFoundError: .*No such file or directory: '(?P<path>[^/'\n][^'\n]*)'",
            ),
        ),
        "the timer {timer} opens {path}: that is relative, and it runs in the release's source, which has none",
        "Name a place in app.environment, below {database} or {media}, which it may write, and open that.",
        (not_committed("(?:.*/)?{path}"),),
    ),
    Rule(
        "timer-detaches",
        (Clue("step", _OF + r".*has ended, but some of its processes have not"),),
        "the timer {timer} goes to the background, and what it has not done by then is killed",
        "Leave out the option or the & that detaches it in timers.{timer}.command of deploy.yml.",
    ),
    Rule(
        "timer-takes-too-long",
        (Clue("step", _OF + r".*had not ended after (?P<seconds>\d+) s and was killed"),),
        "the timer {timer} did not end in its {seconds} s",
        "Raise timers.{timer}.timeout in deploy.yml, or let it do less in one run.",
    ),
)
