"""Measures, and writes the results into docs/performance.md. See README.md.

python -m benchmarks [PART...] [--box]     without a part, all of them
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial

from benchmarks import budgets, document, machine, many_hosts, scenarios, sizes
from benchmarks.app import STATE
from benchmarks.samples import Sample
from benchmarks.timing import PROJECT

PAGE = PROJECT / "docs" / "performance.md"


@dataclass(frozen=True)
class Part:
    """describe: samples to Markdown. picture: samples to an SVG of the growth, for parts that measure one."""

    measure: Callable[[], Iterator[Sample]]
    describe: Callable[[Sequence[Sample]], str]
    picture: Callable[[Sequence[Sample]], str] | None = None


def parts(*, with_box: bool) -> Mapping[str, Part]:
    return {
        "budgets": Part(partial(budgets.measure, with_box=with_box), budgets.describe),
        "scenarios": Part(scenarios.measure, scenarios.describe),
        "sizes": Part(sizes.measure, sizes.describe, sizes.picture),
        "hosts": Part(many_hosts.measure, many_hosts.describe, many_hosts.picture),
    }


def main() -> None:
    known = list(parts(with_box=False))
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Makes the measurements of docs/performance.md."
    )
    parser.add_argument("part", nargs="*", default=known, help=f"{', '.join(known)}; without: all")
    parser.add_argument("--box", action="store_true", help="budgets: rebuild the box, too")
    options = parser.parse_args()
    if unknown := set(options.part) - set(known):
        parser.error(f"no such part: {', '.join(unknown)}")
    for name in options.part:
        part = parts(with_box=options.box)[name]
        write(name, part, list(kept(name, part.measure())))


def kept(name: str, samples: Iterator[Sample]) -> Iterator[Sample]:
    """Prints each sample and appends it to a file at once: a run takes hours and can fail."""
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / f"{name}.jsonl").open("w") as file:
        for sample in samples:
            print(sample, flush=True)
            print(json.dumps(asdict(sample)), file=file, flush=True)
            yield sample


def write(name: str, part: Part, samples: Sequence[Sample]) -> None:
    text = f"{part.describe(samples)}\n\n{machine.described()}"
    if part.picture:
        file = PAGE.parent / "images" / f"growth-{name}.svg"
        file.write_text(part.picture(samples))
        text = f"![](images/{file.name})\n\n{text}"
    PAGE.write_text(document.with_part(PAGE.read_text(), name, text))


if __name__ == "__main__":
    main()
