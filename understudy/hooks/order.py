"""Which hooks run at an event and in which order: for the deploy that runs them and the plan that lists them.
Pure.
"""

from understudy.config.hooks import BEFORE, Hook, Hooks
from understudy.hooks import outcome


def here(hooks: Hooks, target: str, event: str) -> list[Hook]:
    """Those of this machine, which run once for all hosts."""
    return [hook for hook in hooks.of(event, target) if hook.where == "here"]


def on_host(hooks: Hooks, target: str, event: str, *, has_release: bool = True) -> list[Hook]:
    """Those of a host, which run in the release that is live there: before a first deploy there is none."""
    if event in BEFORE and not has_release:
        return []
    return [hook for hook in hooks.of(event, target) if hook.where == "host"]


def titles(
    hooks: Hooks, target: str, verb: str, *, has_release: bool, hosts: int
) -> tuple[list[str], list[str]]:
    """The steps before what the verb does on a host, and those after it: the hooks of this machine are around
    those of the host. hosts: of the target.
    """
    before, after = f"before_{verb}", f"after_{verb}"
    once = ", once for all hosts" if hosts > 1 else ""
    return (
        [
            *(f"{outcome.title(hook, before)}{once}" for hook in here(hooks, target, before)),
            *_of_host(hooks, target, before, has_release=has_release),
        ],
        [
            *_of_host(hooks, target, after, has_release=True),
            *(f"{outcome.title(hook, after)}{once}" for hook in here(hooks, target, after)),
        ],
    )


def left_out(hooks: Hooks, target: str, event: str, *, has_release: bool) -> str:
    """What to say of those of a host that do not run at this event; "" if all do."""
    if has_release or not on_host(hooks, target, event):
        return ""
    return f"hooks {event} on the host: left out, no release is live there yet"


def _of_host(hooks: Hooks, target: str, event: str, *, has_release: bool) -> list[str]:
    found = on_host(hooks, target, event, has_release=has_release)
    return [outcome.title(hook, event) for hook in found]
