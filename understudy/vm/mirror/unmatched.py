"""Which of production's packages the box has in another version, or not at all, and why that matters."""

from collections.abc import Iterator, Mapping

from understudy.local.numbers import number_of
from understudy.parity.capture.value import Capture
from understudy.parity.drift import table
from understudy.parity.drift.comparison import Comparison, Side, compare
from understudy.vm.mirror.value import Mirror

_WIDTH = 120
SHARED = "a container has this machine's kernel, with its own settings"


def unmatched(mirror: Mirror, box: Mapping[str, str]) -> Comparison:
    """box: its packages with their versions. Packages that were not asked for on production and that the
    box does not need are not compared.
    """
    wanted = {
        name: version
        for name, version in mirror.versions.items()
        if name in box or name in mirror.install
    }
    there = {name: box[name] for name in wanted if name in box}
    return compare(_side("production", wanted), _side("staging", there))


def _side(name: str, versions: Mapping[str, str]) -> Side:
    return Side(name, Capture({"packages": versions}))


def summary(mirror: Mirror, found: Comparison | None) -> str:
    """What the VM takes over, in one line. found: None if the box was removed."""
    parts = [mirror.release, f"{mirror.memory} MiB", f"{number_of(mirror.cpus, 'processor')}"]
    if found and found.compared:
        matched = found.compared - len(found.differences)
        parts.append(f"{matched} of {number_of(found.compared, 'package')}")
    return ", ".join((*parts, *mirror.taken_over))


def shared(mirror: Mirror) -> tuple[str, ...]:
    """How many settings are this machine's, as a sentence; empty for a VM with a kernel of its own."""
    count = len(mirror.shared)
    return (f"{SHARED}: {count} differ from production's",) if count else ()


def text(name: str, mirror: Mirror, found: Comparison) -> str:
    """The text of reports/unmatched.txt. name: the capture's file."""
    return "".join(f"{line}\n" for line in _lines(name, mirror, found))


def _lines(name: str, mirror: Mirror, found: Comparison) -> Iterator[str]:
    yield f"Where the VM differs from {name}"
    yield ""
    yield from (f"- {note}" for note in mirror.notes)
    odd = f"{len(found.differences)} of {number_of(found.compared, 'package')}"
    yield f"- {odd}: another version than production's, or missing"
    if mirror.shared:
        yield f"- {SHARED}:"
        yield from (f"  {sentence}" for sentence in mirror.shared)
    yield ""
    yield from table.lines(found, _WIDTH)
