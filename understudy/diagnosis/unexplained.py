"""What is known of a failure that no rule explains: only facts, no guess."""

import re
from collections.abc import Iterator

from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Evidence

# From a frame to the error: the first line of a traceback may have been cut off.
_RAISED = re.compile(
    r'^  File ".*\n(?:[ \t].*\n)*(?P<error>[A-Za-z_][\w.]*(?:: .*)?)$', re.MULTILINE
)
_OWN = re.compile(
    r'File "(?:/srv/[^/"]+/releases/[^/"]+/source/)(?P<file>[^"\n]+)", line (?P<line>\d+), in (?P<name>\S+)'
)
# A command is printed above its output; the title of the step is not repeated.
_COMMAND = re.compile(r"^==> (.*)$", re.MULTILINE)
_LINES = 12


def unexplained(evidence: Evidence, facts: KnownFacts) -> str:
    """The command, the chain of exceptions, the app's own frame, and lines that good runs lack.

    Empty if there is nothing of these.
    """
    lines = list(_known(evidence, facts))
    return "\n".join(("No cause is confirmed. What is known:", *lines)) if lines else ""


def unusual(said: str, usual: str) -> list[str]:
    """The last lines that no earlier run had, whatever the numbers, times and ids in them."""
    before = {_shape(line) for line in usual.splitlines()}
    lines = [line for line in said.splitlines() if line.strip() and _shape(line) not in before]
    return lines[-_LINES:] if before else []


def _known(evidence: Evidence, facts: KnownFacts) -> Iterator[str]:
    said = evidence.get("said", "")
    step = evidence.get("step", "")
    if (commands := _COMMAND.findall(step)) and not step.startswith(f"{commands[-1]}: failed"):
        yield f"command: {commands[-1]}"
    if chain := list(dict.fromkeys(_RAISED.findall(said))):
        yield f"exceptions: {' -> '.join(chain[-4:])}"
    if frame := _own_frame(said, facts):
        yield f"first own frame: {frame}"
    lines = unusual(said, evidence.get("usual", ""))
    if lines and not _is_in_sight(lines, step):
        yield "last lines that an earlier run doesn't have:"
        yield from (f"  {line}" for line in lines)


def _is_in_sight(lines: list[str], step: str) -> bool:
    """The error has few lines, and these are among them."""
    shown = step.splitlines()
    return len(shown) <= _LINES and set(lines) <= set(shown)


def _own_frame(said: str, facts: KnownFacts) -> str:
    """The app's own line nearest to the error, of the last traceback."""
    found = list(_OWN.finditer(said))
    if not found:
        return ""
    file, line, name = found[-1]["file"], int(found[-1]["line"]), found[-1]["name"]
    texts = facts.commit.texts if facts.commit else {}
    code = texts.get(file, "").splitlines()[line - 1 : line]
    return f"{file} line {line}, in {name}" + "".join(f": {text.strip()}" for text in code)


def _shape(line: str) -> str:
    return re.sub(r"[0-9a-f]{8,}|\d+", "#", line.strip())
