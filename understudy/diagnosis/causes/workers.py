"""What workers of one app don't know of each other."""

from understudy.diagnosis.causes.checks import setting
from understudy.diagnosis.rules import Clue, Rule

_CAUSE = "workers answer differently: one of them keeps for itself what all must know"
_HINT = "Keep it in the database or in a cache that processes share, not in a variable."

RULES: tuple[Rule, ...] = (
    Rule(
        "state-in-one-process",
        (Clue("step", r"^E +AssertionError: workers answer differently"),),
        _CAUSE,
        _HINT,
    ),
)

# Only what nothing else explains: a page that is shared, and older than what was written, leads to
# the same dead ends.
BY_DEAD_ENDS: tuple[Rule, ...] = (
    Rule(
        "state-in-one-process-by-dead-ends",
        (
            Clue("dead ends", r"^\w+ /"),
            Clue("step", r"^FAILED "),
        ),
        _CAUSE,
        _HINT,
        (setting("workers", lambda workers, groups: workers != 1),),
    ),
)
