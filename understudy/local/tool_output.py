"""Output of a failed Vagrant or virsh -> the sentence that says why, and the lines to show. Pure."""

import re
from itertools import pairwise

# A list of settings, a Ruby stack, the announcement of a step, one of many tries of ssh to reach a VM that
# boots: none of them is a reason.
_NOISE = re.compile(
    r"==> \S+: +-- |\s+from .*:\d+:in |Bringing machine |client_loop: send disconnect: "
)
_STEP = re.compile(r"==> ")
# Ruby prints the place where an exception was raised before its message, and its class after it.
_RAISED = re.compile(r"^\S+:\d+:in `[^']*': (.*?)(?: \([\w:]+\))?$")
_FAILURE = re.compile(
    r"error|fail|refus|denied|unable|can ?not|not found|already|in use|timed out|does not|missing",
    re.IGNORECASE,
)


def lines(text: str, count: int) -> list[str]:
    """The last `count` lines, without those that never say what is wrong."""
    kept = [_plain(line) for line in text.splitlines() if line.strip() and not _NOISE.match(line)]
    return kept[-count:]


def reason(text: str) -> str:
    """The sentence that says why; empty if none does.

    Of several errors of virsh the last one says most. Of Vagrant's output it is the first paragraph
    about a failure or, if that paragraph ends with a colon, the one after it.
    """
    if errors := re.findall(r"^error: (.*\S)", text, re.MULTILINE):
        return str(errors[-1])
    paragraphs = _paragraphs(text)
    for here, after in pairwise([*paragraphs, ""]):
        if _FAILURE.search(here):
            paragraph = after if here.endswith(":") and after else here
            return re.split(r"(?<=\w\.)\s", paragraph)[0]
    return ""


def _paragraphs(text: str) -> list[str]:
    lines = [
        "" if _STEP.match(line) else _plain(line)
        for line in text.splitlines()
        if not _NOISE.match(line)
    ]
    parts = re.split(r"\n\s*\n", "\n".join(lines))
    return [" ".join(part.split()) for part in parts if part.strip()]


def _plain(line: str) -> str:
    raised = _RAISED.match(line)
    return raised.group(1) if raised else line.rstrip()
