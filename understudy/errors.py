"""The errors that a user can act on. Each class has its exit code; cli/main.py prints all of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

# The exit code of a run that Ctrl-C ended: 128 + SIGINT, as POSIX shells report it.
INTERRUPTED = 130
DISK_HINT = "Is the disk full, or read-only? `df -h` and `mount` on the host show it."


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while a command ran on a host. args: a sentence that says how the command ended there."""


@dataclass(eq=False)
class UnderstudyError(Exception):
    """A failure that the user can act on.

    summary: one line, what failed and where. cause: one line, why, if that is known.
    details: the lines of the log that matter. hint: what to try next. None of them holds a secret.
    exit_code: what the process ends with. label: the word in front of the summary; "" for none.
    of_host: the first host's own error, if this one is of several hosts.
    """

    summary: str
    details: str = ""
    hint: str = ""
    cause: str = ""
    of_host: "UnderstudyError | None" = field(default=None, kw_only=True)
    exit_code = 1
    label = "error"
    # Whether all of `details` matters, however long: a terminal shows the first and last lines of others.
    is_list = False

    def __str__(self) -> str:
        return "\n".join(
            part for part in (self.summary, self.cause, self.details, self.hint) if part
        )


class StepFailed(UnderstudyError):
    """A check, a test or a step ran and failed."""


@dataclass(eq=False)
class SuiteFailed(StepFailed):
    """Tests of a suite failed. first: the first of them, with its reason in a line; "" if it is not known.
    host: the address of one of several hosts, "" for the only one.
    """

    first: str = ""
    host: str = ""


class HookFailed(StepFailed):
    """A fatal command of `hooks` in deploy.yml failed: it is the user's, and its own output says why."""


class Stopped(UnderstudyError):
    """A part of a run was ended early, because another part had failed. summary: which one."""


class WouldChange(UnderstudyError):
    """A check worked, and found what would change. Nothing was changed."""

    label = "result"


class NotWell(UnderstudyError):
    """A look at a site worked, and found that the site needs someone. Nothing was changed."""

    label = "result"


class ConfigError(UnderstudyError):
    """The command line or deploy.yml is wrong. Nothing was changed."""

    exit_code = 2
    is_list = True


class Refused(UnderstudyError):
    """The step must not be done now: no receipt, a held lock, a dirty tree, a host without provisioning."""

    exit_code = 3


class Declined(Refused):
    """A user at a terminal was asked and did not agree: as they wanted, nothing was done."""

    label = ""


class Unreachable(UnderstudyError):
    """A host or a program could not be reached, or is missing."""

    exit_code = 4


@dataclass(eq=False)
class NoConnection(Unreachable):
    """Nothing at the host's address answers as an SSH server does."""

    address: str = ""


class LoginRefused(Unreachable):
    """The host answers, but refuses to log this user in."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: the known one that it resembles, or nothing."""
    found = similar(word, known)
    return f"; did you mean {found}?" if found else ""


def similar(word: str, known: Iterable[str]) -> str:
    """The known word that is meant, or ""."""
    # Only for a mistake: it takes a while to import.
    from difflib import get_close_matches

    # A letter alone resembles each short name.
    names = list(known) if len(word) > 1 else []
    by_letters = {_letters(name): name for name in names}
    close = get_close_matches(_letters(word), by_letters, n=1)
    # `prod` is too short to resemble `production`, and no other name may begin so.
    longer = [name for name in names if len(word) > 2 and name.startswith(word)]
    found = [*(by_letters[one] for one in close), *(longer if len(longer) == 1 else [])]
    return found[0] if found else ""


def _letters(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "")
