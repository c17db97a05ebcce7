"""Which of production's packages the box has in another version, or not at all, and why that matters."""

from collections.abc import Iterator, Mapping

from understudy.parity.capture.value import Capture
from understudy.parity.drift import table
from understudy.parity.drift.comparison import Comparison, Side, compare
from understudy.vm.mirror.value import Likeness

_WIDTH = 120


def unmatched(likeness: Likeness, box: Mapping[str, str]) -> Comparison:
    """box: its packages with their versions. What nobody asked for and the box hasn't is left alone."""
    wanted = {
        name: version
        for name, version in likeness.versions.items()
        if name in box or name in likeness.install
    }
    there = {name: box[name] for name in wanted if name in box}
    return compare(_side("production", wanted), _side("staging", there))


def _side(name: str, versions: Mapping[str, str]) -> Side:
    return Side(name, Capture({"packages": versions}))


def summary(likeness: Likeness, found: Comparison | None) -> str:
    """What is taken over, in one line. found: None where there is no box."""
    parts = [likeness.release, f"{likeness.memory} MiB", f"{likeness.cpus} processors"]
    if found and found.compared:
        matched = found.compared - len(found.differences)
        parts.append(f"{matched} of {found.compared} packages")
    return ", ".join((*parts, *likeness.taken))


def text(name: str, likeness: Likeness, found: Comparison) -> str:
    """A file for the user. name: of the capture."""
    return "".join(f"{line}\n" for line in _lines(name, likeness, found))


def _lines(name: str, likeness: Likeness, found: Comparison) -> Iterator[str]:
    yield f"What the VM does not have as in {name}"
    yield ""
    yield from (f"- {note}" for note in likeness.notes)
    yield f"- {len(found.differences)} of {found.compared} packages, as far as the archive goes"
    yield ""
    yield from table.lines(found, _WIDTH)
