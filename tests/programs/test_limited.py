"""Commands with a time limit that the host itself enforces."""

import subprocess

from understudy.commands import limited, script


def run(seconds: float, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        limited(seconds, words),  # type: ignore[arg-type]
        capture_output=True,
        text=True,
    )


def test_command_that_does_not_end_is_interrupted_as_by_ctrl_c() -> None:
    # Long enough for Python to begin on a busy machine.
    done = run(2, "python3", "-c", "import time; time.sleep(60)")

    assert done.returncode == 124
    assert "KeyboardInterrupt" in done.stderr, "it shows where the command was"
    assert done.stderr.endswith(
        "understudy: `python3 -c import time; time.sleep(60)` has not ended after 2 s "
        "(app.command_timeout)\n"
    )


def test_command_that_ends_in_time_is_not_changed() -> None:
    done = run(30, *script("echo out; echo err >&2; exit 3"))

    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "err\n")
