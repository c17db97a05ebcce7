"""`make pictures`: all of README's and docs/ but the benchmarks': of the terminal, reports, the site, drift.

What the VM mirrors must answer, or the pictures show skipped phases.
"""

import subprocess
import sys

from tests.house import (
    broken_commit,
    drift_picture,
    report_pictures,
    site_picture,
    terminal_pictures,
)
from tests.house.terminal_pictures import IMAGES, TOP


def main() -> None:
    terminal_pictures.main(["rehearse"])
    site_picture.draw(IMAGES / "site.png")
    terminal_pictures.main(["help", "failure"])
    _rehearse_what_fails()
    report_pictures.draw(TOP / "reports", IMAGES)
    drift_picture.draw(IMAGES / "drift.png")
    print(f"Look at them: {IMAGES}")


def _rehearse_what_fails() -> None:
    with broken_commit.with_commit(TOP / "deploy.yml", broken_commit.WORDING) as config:
        words = ("rehearse", "--config", str(config), "--start-at", "deploy")
        subprocess.run((sys.executable, "deploy.py", *words), cwd=TOP)


if __name__ == "__main__":
    main()
