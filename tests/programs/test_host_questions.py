"""What the host tests ask a host, asked on this machine."""

import os
import subprocess
import time
from pathlib import Path

from understudy.testing.host_questions import QUESTIONS


def test_upload_that_is_just_being_written_is_not_reported(tmp_path: Path) -> None:
    media = tmp_path / "shared/media"
    media.mkdir(parents=True)
    for name, mode, age in (("new", 0o600, 0), ("old", 0o600, 60), ("good", 0o640, 60)):
        (media / name).touch(mode)
        os.utime(media / name, (time.time() - age,) * 2)

    question = ["sh", "-c", QUESTIONS["uploads that nginx can't read"]]
    asked = subprocess.run(
        question, env={**os.environ, "root": str(tmp_path)}, capture_output=True, text=True
    )

    assert asked.stdout.split() == [str(media / "old")]
