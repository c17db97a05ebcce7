"""Times what docs/performance.md promises, on the real VM, and prints the table.

python benchmarks/run.py [--box]     --box: also build the box anew
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from tests.integration.staging import Staging, make_app  # noqa: E402 - after the path to it


@dataclass(frozen=True)
class Figure:
    """What was timed, its budget, and each run's seconds."""

    title: str
    budget: float
    runs: tuple[float, ...]

    def row(self) -> str:
        spread = f"{min(self.runs):.1f} to {max(self.runs):.1f}" if len(self.runs) > 1 else ""
        kept = "yes" if median(self.runs) <= self.budget else "NO"
        return (
            f"| {self.title} | {self.budget:g} s | {median(self.runs):.2f} s | {spread} | {kept} |"
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        staging = make_app(PROJECT / "example", Path(directory), lambda settings: None)
        figures = list(measure(staging, with_box="--box" in sys.argv))
    kind = subprocess.run(
        ["provision/box/accelerator"], cwd=PROJECT, capture_output=True, text=True
    )
    print(f"\n{os.cpu_count()} cores, {platform.platform()}, {kind.stdout.strip()}\n")
    print("| what | budget | median | spread | kept |\n| --- | --- | --- | --- | --- |")
    print("\n".join(figure.row() for figure in figures))


def measure(staging: Staging, *, with_box: bool) -> list[Figure]:
    figures = [
        figure(
            "`python deploy.py --help`",
            0.3,
            5,
            lambda: command(sys.executable, "deploy.py", "--help"),
        ),
        figure(
            "unit tests",
            10,
            1,
            lambda: command(sys.executable, "-m", "pytest", "-q", "-n", "auto", "tests/unit"),
        ),
    ]
    if with_box:
        verb(staging, "destroy")
        shutil.rmtree(PROJECT / ".understudy" / "boxes", ignore_errors=True)
        figures.append(
            figure(
                "`up` from nothing, box build included", 180 + 90, 1, lambda: verb(staging, "up")
            )
        )
    verb(staging, "destroy")
    return [
        *figures,
        figure("`up` with the box there, to SSH", 90, 1, lambda: verb(staging, "up")),
        figure(
            "`reset` to the provisioned snapshot, SSH answering",
            8,
            3,
            lambda: verb(staging, "reset"),
        ),
        figure(
            "first deploy of the example",
            60,
            3,
            lambda: verb(staging, "deploy"),
            lambda: verb(staging, "reset"),
        ),
        figure(
            "deploy of a code-only change",
            20,
            3,
            lambda: verb(staging, "deploy"),
            lambda: change(staging),
        ),
        figure("deploy with nothing to do", 3, 5, lambda: verb(staging, "deploy")),
    ]


def figure(
    title: str,
    budget: float,
    times: int,
    work: Callable[[], None],
    before: Callable[[], None] = lambda: None,
) -> Figure:
    """Runs the work so many times, each after `before`, which doesn't count."""
    runs = []
    for _ in range(times):
        before()
        began = time.monotonic()
        work()
        runs.append(time.monotonic() - began)
    print(f"{title}: {', '.join(f'{seconds:.2f}' for seconds in runs)} s", flush=True)
    return Figure(title, budget, tuple(runs))


def verb(staging: Staging, name: str) -> None:
    command(sys.executable, "deploy.py", name, "--config", str(staging.config))


def change(staging: Staging) -> None:
    staging.replace("lists/templates/lists/base.html", r"\Z", "<!-- one more line -->\n")
    staging.commit("a code-only change")


def command(*words: str) -> None:
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
