"""Measures, and writes the results into docs/performance.md and history.jsonl. See README.md.

python -m benchmarks [PART...] [--providers WORD...] [--quick] [--box]     without a part, all of them
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import changes, document, history, machine
from benchmarks.app import STATE
from benchmarks.history import Figure
from benchmarks.parts import PARTS, QUICK, Part
from benchmarks.samples import Sample
from benchmarks.timing import PROJECT
from benchmarks.tools import OURS

PAGE = PROJECT / "docs" / "performance.md"
HISTORY = Path(__file__).with_name("history.jsonl")
# The part of the page that compares with the release before.
CHANGES = "changes"


def main() -> None:
    options = parse_options()
    try:
        plan = machine.plan(options.providers, quick=options.quick, with_box=options.box)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    for name in options.part or (QUICK if options.quick else PARTS):
        began = time.monotonic()
        samples = list(kept(name, PARTS[name].measure(plan)))
        print(f"{name}: measured in {time.monotonic() - began:.0f} s\n", flush=True)
        write(name, PARTS[name], samples)
        record(name, samples)
    print(compare())


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Makes the measurements of docs/performance.md."
    )
    parser.add_argument("part", nargs="*", help=f"{', '.join(PARTS)}; without: all")
    parser.add_argument(
        "--providers", nargs="+", default=[], metavar="WORD", help="lxc, libvirt; without: all here"
    )
    quick = f"one round of {', '.join(QUICK)}, on the fastest provider: ten minutes on a container"
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--box", action="store_true", help="budgets: build the box again, too")
    options = parser.parse_args()
    if unknown := set(options.part) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}")
    return options


def kept(name: str, samples: Iterator[Sample]) -> Iterator[Sample]:
    """Prints each sample and appends it to a file at once: a run takes hours and can fail."""
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / f"{name}.jsonl").open("w") as file:
        for sample in samples:
            print(sample, flush=True)
            print(json.dumps(asdict(sample)), file=file, flush=True)
            yield sample


def write(name: str, part: Part, samples: Sequence[Sample]) -> None:
    """Into the page: each of the part's blocks, the first one with the machine; and the picture."""
    texts = {block: describe(samples) for block, describe in part.blocks.items()}
    texts[name] += f"\n\n{machine.described()}"
    if part.picture:
        file = PAGE.parent / "images" / f"growth-{name}.svg"
        file.write_text(part.picture(samples))
        texts[name] = f"![](images/{file.name})\n\n{texts[name]}"
    for block, text in texts.items():
        put(block, text)


def record(name: str, samples: Sequence[Sample]) -> None:
    """Appends the figures to the history, and compares them with earlier ones in the page."""
    figures = history.figures(name, samples, PARTS[name].references, machine.source())
    with HISTORY.open("a") as file:
        file.writelines(map(history.line, figures))
    put(CHANGES, compare())


def compare() -> str:
    return changes.describe(changes.changes(figures_so_far(), OURS))


def figures_so_far() -> list[Figure]:
    return history.parse(HISTORY.read_text())


def put(block: str, text: str) -> None:
    PAGE.write_text(document.with_part(PAGE.read_text(), block, text))


if __name__ == "__main__":
    main()
