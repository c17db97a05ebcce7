"""What a hook's failure means for the deploy, and the message about it. Pure."""

from understudy.config.hooks import BEFORE, Hook
from understudy.errors import HookFailed
from understudy.hooks.event import Event
from understudy.local.numbers import number_of
from understudy.report.masked_command import masked_command

# Of what it printed.
_LINES = 30


def title(hook: Hook, event: str) -> str:
    """Of its step in the report."""
    where = " on the host" if hook.where == "host" else ""
    return f"hook {event}{where}: {hook.name or masked_command(hook.command)}"


def failure(hook: Hook, event: Event, target: str, how: str, output: str) -> HookFailed:
    """The error for a fatal hook, the text of a warning for another. how: such as `ended with 3`."""
    summary = f"{target}: {title(hook, event.name)}: {how}"
    hint = f"If a failure of it does not matter: `fatal: false` in hooks.{event.name}."
    if hook.fatal and event.name in BEFORE:
        summary = f"{summary}; nothing was changed"
    elif hook.fatal:
        summary = f"{summary}. {event.release} IS LIVE all the same"
        hint = f"{hint} `python deploy.py rollback --target {target}` goes back."
    return HookFailed(summary, details=_end(output), hint=hint)


def _end(output: str) -> str:
    """Wherever the message is read, it has the output, or what of it is missing and where that is."""
    lines = output.splitlines()
    left_out = len(lines) - _LINES
    if not lines:
        return "It printed nothing."
    before = number_of(left_out, "line before these is", "lines before these are")
    more = [f"… {before} in the report …"] if left_out > 0 else []
    return "\n".join((*more, *lines[-_LINES:]))
