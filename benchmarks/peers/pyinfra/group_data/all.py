"""What is deployed. Read once a run, for all hosts; REPOSITORY and WHEELS are in the environment."""

import os
import subprocess
from hashlib import sha256
from pathlib import Path


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", "-C", os.environ["REPOSITORY"], *words], capture_output=True, check=True
    )
    return done.stdout.decode().strip()


site = "todo"
domain = "todo.test"
wheels = os.environ["WHEELS"]
release = _git("rev-parse", "--short=12", "HEAD")
lock = sha256(_git("show", "HEAD:requirements.txt").encode()).hexdigest()[:12]
archive = f"{os.environ['REPOSITORY']}/../{release}.tar"
if not Path(archive).exists():
    _git("archive", "-o", archive, "HEAD")
