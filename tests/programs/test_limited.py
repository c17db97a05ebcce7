"""Commands with a limit that the host itself keeps."""

import subprocess

from understudy.commands import limited, script


def run(seconds: float, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        limited(seconds, words),  # type: ignore[arg-type]
        capture_output=True,
        text=True,
    )


def test_command_that_does_not_end_is_ended_as_by_ctrl_c() -> None:
    # Long enough for Python to begin on a busy machine.
    done = run(2, "python3", "-c", "import time; time.sleep(60)")

    assert done.returncode == 124
    assert "KeyboardInterrupt" in done.stderr, "where it stood"
    assert done.stderr.endswith(
        "understudy: `python3 -c import time; time.sleep(60)` has not ended after 2 s "
        "(app.command_timeout)\n"
    )


def test_all_else_is_as_without_a_limit() -> None:
    done = run(30, *script("echo out; echo err >&2; exit 3"))

    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "err\n")
