"""Cases of rules: a timer whose run fails in a rehearsal."""

from tests.unit.cause_cases.base import SOURCE, VIEWS, Case, facts, said
from understudy.diagnosis.rules import Evidence


def failed(*output: str) -> Evidence:
    """What the phase prints."""
    return said("vagrant: timer prune failed", "timer prune failed:", *output)


RUN = SOURCE.removesuffix("source") + "run: 41: exec"
COMMAND = "shop/management/commands/purge.py"

CASES = {
    "timer-command-not-found": Case(failed(f"{RUN}: celery: not found"), facts(VIEWS)),
    "timer-file-missing": Case(
        failed(f"{RUN}: ./bin/prune: not found"),
        facts(VIEWS),
        # One whose interpreter is missing is not found, too.
        facts({**VIEWS, "bin/prune": "#!/usr/bin/php"}),
    ),
    "timer-django-command-missing": Case(
        failed("Unknown command: 'purge'. Did you mean flush?"),
        facts(VIEWS),
        facts({**VIEWS, COMMAND: ""}),
    ),
    "timer-relative-path": Case(
        failed("begins", "FileNotFoundError: [Errno 2] No such file or directory: 'out/a.csv'"),
        facts(VIEWS),
        facts({**VIEWS, "jobs/out/a.csv": ""}),
    ),
    "timer-detaches": Case(
        failed(
            "prune has ended, but some of its processes have not, and are killed now: sleep (7)"
        ),
        facts(VIEWS),
    ),
    "timer-takes-too-long": Case(
        failed("Killed", "prune had not ended after 600 s and was killed: timers.prune.timeout"),
        facts(VIEWS),
    ),
}
