"""Plants small faults in the modules that hold a promise, and counts those that no unit test notices.

One mutant in five, the same ones each time. `make mutants` runs it; pyproject.toml names the modules.
Exit code 1: fewer than 95 % were noticed.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
# The names of mutants end in their number.
SAMPLE = ("*3", "*8")
GOAL = 95
# mutmut's codes: the tests passed, or none of them runs that code.
NOT_RUN, UNNOTICED = None, (0, 33)


def main() -> int:
    shutil.rmtree(TOP / "mutants", ignore_errors=True)
    mutmut = (sys.executable, "-m", "mutmut")
    subprocess.run([*mutmut, "run", *SAMPLE], cwd=TOP, check=True)
    outcomes = dict(sorted(_outcomes()))
    survivors = [name for name, outcome in outcomes.items() if outcome in UNNOTICED]
    for name in survivors:
        subprocess.run([*mutmut, "show", name], cwd=TOP, check=True)
    share = 100 * (len(outcomes) - len(survivors)) / len(outcomes)
    print(
        f"{len(outcomes)} mutants, {len(survivors)} survived: {share:.1f} % noticed, goal {GOAL} %"
    )
    return 0 if share >= GOAL else 1


def _outcomes() -> list[tuple[str, int]]:
    """Names of the mutants that were run, each with the exit code of the tests."""
    kept = [json.loads(path.read_text()) for path in (TOP / "mutants").rglob("*.meta")]
    codes = [pair for found in kept for pair in found["exit_code_by_key"].items()]
    return [(name, code) for name, code in codes if code is not NOT_RUN]


if __name__ == "__main__":
    sys.exit(main())
