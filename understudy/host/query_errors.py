"""What is told where a host was asked what it is like, and gave no whole answer. Pure."""

from understudy.errors import StepFailed

_IN_THE_WAY = (
    "As the same user over SSH, `echo end` must print `end`; if it doesn't, the login shell, "
    "~/.bashrc or a forced command is in the way. For the deployer: python deploy.py ssh -- echo end"
)


def failed(what: str, told: str) -> StepFailed:
    """The script that asks has failed. told: what it printed."""
    hint = f"It is asked by a shell script, with what Debian and Ubuntu always have. {_IN_THE_WAY}"
    return StepFailed(f"{what} can't be read", details=told, hint=hint)


def cut_off(what: str, output: str) -> StepFailed:
    """The script went well, and yet its last line is missing."""
    return StepFailed(
        f"{what} came back cut off",
        details=output[-500:],
        hint="Run the same command again. If it ends at the same place, that program on the host "
        f"hangs or was killed. {_IN_THE_WAY}",
    )
