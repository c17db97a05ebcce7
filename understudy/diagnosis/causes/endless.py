"""Commands that don't end, or would not: what templates/understudy_ending.py has seen needs no check."""

from understudy.diagnosis.causes.checks import own_line
from understudy.diagnosis.causes.tracebacks import RAISED_BY
from understudy.diagnosis.rules import Clue, Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "asks-for-input",
        (Clue("said", RAISED_BY + r"EOFError: EOF when reading a line$"),),
        "{file} line {line} asks for input, and a deploy has none",
        "Take the value from the environment or from a file; many commands have an option, such as "
        "--noinput, with which they don't ask.",
        (own_line,),
    ),
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
        no_django=(
            "",
            "Start the thread with daemon=True, and only where it is needed: modules are imported for each "
            "command, too.",
        ),
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
