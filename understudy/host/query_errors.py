"""A host was asked what it is like, and gave no whole answer: the error to raise. Pure."""

from understudy.errors import StepFailed

_IN_THE_WAY = (
    "As the same user over SSH, `echo end` must print `end`; if it doesn't, the login shell, "
    "~/.bashrc or a forced command is in the way. For the deployer: python deploy.py ssh -- echo end"
)


def failed(what: str, output: str) -> StepFailed:
    """The query failed. what: what was asked for, as in "the host's facts". output: what it printed."""
    hint = f"The query is a shell script that needs only what Debian and Ubuntu always have. {_IN_THE_WAY}"
    return StepFailed(f"{what} can't be read", details=output, hint=hint)


def cut_off(what: str, output: str) -> StepFailed:
    """The query succeeded, but its last line is missing."""
    return StepFailed(
        f"{what} came back cut off",
        details=output[-500:],
        hint="Run the same command again. If the output ends at the same place, that program on the "
        f"host hangs or was killed. {_IN_THE_WAY}",
    )
