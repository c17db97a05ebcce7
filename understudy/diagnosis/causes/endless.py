"""Commands that don't end: templates/understudy_ending.py has seen it itself, so nothing is to be checked."""

from understudy.diagnosis.rules import Clue, Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "thread-keeps-a-command",
        (
            Clue(
                "step",
                r"^understudy: thread (?P<thread>.+) still runs at (?P<place>\S+) in .* after "
                r"`(?P<command>.+)` has returned$",
            ),
        ),
        "`{command}` does not end: thread {thread}, which it started, still runs at {place}",
        "Start the thread with daemon=True, and only where it is needed: AppConfig.ready() and modules "
        "run for each command of manage.py, too.",
    ),
    Rule(
        "command-without-end",
        (
            Clue(
                "step",
                r"^understudy: `(?P<command>.+)` has not ended after (?P<seconds>\d+) s "
                r"\(app\.command_timeout\)(?:; it is at (?P<place>\S+))?",
            ),
        ),
        "`{command}` does not end: after {seconds} s it was ended",
        "If it needs that long, raise app.command_timeout in deploy.yml. Otherwise the lines before show "
        "what it waits for.",
    ),
)
