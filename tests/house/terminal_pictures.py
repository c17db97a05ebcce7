"""`python -m tests.house.terminal_pictures [PICTURE...]`: README's pictures of a terminal, from real runs.

help      what `--help` prints
rehearse  a rehearsal on the staging VM, as an animation
deploy    a deploy, as an animation
failure   a deploy of a commit that can't start there
"""

import argparse
import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.house import broken_commit
from tests.house.recording import Frame, Row, Run, frames, record
from tests.house.terminal_svg import svg

TOP = Path(__file__).resolve().parents[2]
IMAGES, RECORDINGS = TOP / "docs" / "images", TOP / ".understudy" / "recordings"
COLUMNS, LINES = 92, 100
SECONDS, FRAMES = 20.0, 90

Words = tuple[str, ...]


def made(
    name: str, words: Words, shown: Words, config: Path, *, again: bool
) -> tuple[list[Frame], float]:
    """The frames of a run below its command line, and how long it took. again: of the last recording."""
    file = RECORDINGS / f"{name}.json"
    if not again:
        pieces = record(
            (sys.executable, str(TOP / "deploy.py"), *words), config.parent, COLUMNS, LINES
        )
        RECORDINGS.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps([(at, b64encode(data).decode()) for at, data in pieces]))
    kept = [
        (at, _without_place(b64decode(data), config)) for at, data in json.loads(file.read_text())
    ]
    prompt: Row = (
        Run(0, "$", dim=True),
        Run(2, " ".join(("python", "deploy.py", *shown)), bold=True),
    )
    whole = kept[-1][0]
    screens = frames(kept, COLUMNS, LINES, whole / FRAMES)
    return [Frame(frame.at, (prompt, *frame.rows)) for frame in screens], whole


def _without_place(printed: bytes, config: Path) -> bytes:
    """Where this project lies is of this machine."""
    for name in (config.name, broken_commit.NAME):
        printed = printed.replace(f" --config {config.with_name(name)}".encode(), b"")
    for place in (TOP, config.parent):
        printed = printed.replace(str(place).encode(), b"~/project")
    return printed


def _given(config: Path) -> Words:
    """Hints repeat the option, and so would the report."""
    return () if config == TOP / "deploy.yml" else ("--config", str(config))


def draw_help(config: Path, target: Words, again: bool) -> str:
    shown, _ = made("help", ("--help",), ("--help",), config, again=again)
    return svg(shown, COLUMNS, "the verbs of Understudy", 0)


def draw_rehearsal(config: Path, target: Words, again: bool) -> str:
    return _animated(("rehearse",), config, again=again)


def draw_deploy(config: Path, target: Words, again: bool) -> str:
    return _animated(("deploy", *target), config, again=again)


def _animated(words: Words, config: Path, *, again: bool) -> str:
    shown, seconds = made(words[0], (*_given(config), *words), words, config, again=again)
    plays = min(seconds, SECONDS)
    return svg(shown, COLUMNS, f"{seconds:.0f} seconds in {plays:.0f}", plays)


def draw_failure(config: Path, target: Words, again: bool) -> str:
    words = ("deploy", *target)
    with broken_commit.with_commit(config, broken_commit.PAYMENTS) as broken:
        shown, _ = made("failure", (*_given(broken), *words), words, config, again=again)
    return svg(shown, COLUMNS, "a deploy that fails before it is live", 0)


PICTURES: dict[str, Callable[[Path, Words, bool], str]] = {
    "help": draw_help,
    "rehearse": draw_rehearsal,
    "deploy": draw_deploy,
    "failure": draw_failure,
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", nargs="*", choices=[*PICTURES, []], help="all without one")
    parser.add_argument("--config", type=Path, default=TOP / "deploy.yml")
    parser.add_argument("--target", help="of the pictures of deploys")
    parser.add_argument("--again", action="store_true", help="draw the last recordings again")
    options = parser.parse_args(arguments)
    target = ("--target", options.target) if options.target else ()
    for name in options.pictures or PICTURES:
        file = IMAGES / f"{name}.svg"
        file.write_text(PICTURES[name](options.config.resolve(), target, options.again))
        print(f"{file}: {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
