"""systemd's own tool on this machine, where there is one."""

import shutil
import subprocess
from collections.abc import Sequence

_TOOL = "systemd-analyze"


def can_analyze() -> bool:
    return shutil.which(_TOOL) is not None


def analyze(words: Sequence[str]) -> tuple[str, str]:
    """Output and errors of systemd-analyze, which has to be there."""
    argv = (_TOOL, *words)
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout, done.stderr
