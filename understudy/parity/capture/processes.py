"""Section `processes`: how many of each process run, and whether they run the live release's code."""

from collections import defaultdict

from understudy.parity.capture.answer import Answer
from understudy.parity.capture.value import Section

_LIVE, _OTHERS = "of the live release", "of another release"


def processes(answer: Answer) -> Section:
    """Name -> `2 of the live release, 1 of another release`. Their ids differ from host to host."""
    pairs = list(answer.pairs("processes"))
    live = next((text for kind, text in pairs if kind == "live"), "")
    found = defaultdict[str, list[str]](list)
    for kind, unit in pairs:
        if kind == "unit":
            name, _, instance = unit.removesuffix(".service").partition("@")
            of = _LIVE if instance.partition(".")[0] == live else _OTHERS
            found[name.removeprefix(f"{answer.site}-")].append(of)
    return {name: _counted(each) for name, each in found.items()}


def of_live(count: int) -> str:
    """The value of a process of which so many run, as they should."""
    return f"{count} {_LIVE}"


def _counted(each: list[str]) -> str:
    return ", ".join(f"{each.count(of)} {of}" for of in (_LIVE, _OTHERS) if of in each)
