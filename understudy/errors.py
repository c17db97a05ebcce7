"""What can go wrong, as one small tree. Each kind has its exit code; cli.py prints them all alike."""

from dataclasses import dataclass

# The exit code of a run that Ctrl-C ended, as shells have it: 128 + SIGINT.
INTERRUPTED = 130
DISK_HINT = "Is the disk full, or read-only? `df -h` and `mount` on the host show it."


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while a command ran on a host. args: a sentence on what became of it there."""


@dataclass(eq=False)
class UnderstudyError(Exception):
    """A failure that the user can act on.

    summary: one line, what failed and where. details: the lines of the log that matter.
    hint: what to try next. cause: one line, why, where that is known. No secret in any of them.
    """

    summary: str
    details: str = ""
    hint: str = ""
    cause: str = ""
    exit_code = 1

    def __str__(self) -> str:
        return "\n".join(
            part for part in (self.summary, self.cause, self.details, self.hint) if part
        )


class StepFailed(UnderstudyError):
    """It ran and the answer is no: a check, a test or a step failed."""


class ConfigError(UnderstudyError):
    """A wrong use or a wrong configuration; nothing was touched."""

    exit_code = 2


class Refused(UnderstudyError):
    """Could be done, but must not be now: a dirty tree, a held lock, a host not provisioned."""

    exit_code = 3


class Unreachable(UnderstudyError):
    """A host or a tool could not be reached, or is missing."""

    exit_code = 4


class LoginRefused(Unreachable):
    """The host answers, but doesn't let this user in."""
