"""`python -m tests.house`: the figures. `python -m tests.house words [PATH]`: where a word is still in use."""

import sys
from pathlib import Path

from tests.house import words


def list_words(below: str) -> int:
    count = 0
    for path in words.files():
        name = path.relative_to(words.TOP).as_posix()
        if name.startswith(below):
            for line, word, instead in words.given_up(path):
                count += 1
                print(f"{name}:{line}: {word} -> {instead}")
    print(f"{count} words given up below {below or '.'}")
    return 1 if count else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["words"]:
        sys.exit(list_words(Path(*sys.argv[2:3]).as_posix().removeprefix(".")))
