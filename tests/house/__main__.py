"""The figures of the house; `python -m tests.house words [PREFIX]` lists where words were given up."""

import sys

from tests.house import measure, words


def figures() -> None:
    for folder, count in sorted(measure.per_folder().items()):
        print(f"{count:4} modules in {folder}")
    for name, sizes in (("file", measure.files()), ("function", measure.functions())):
        print(f"{sizes.count} {name}s: median {sizes.median:.0f} lines, {sizes.largest} at most")
        print(f"     ({sizes.largest_is})")
    edges = measure.imports_between_wings()
    print(f"{len(edges)} pairs of wings import, {len(measure.circles(edges))} of them in a circle")
    print(f"{sum(1 for path in words.files() for _ in words.given_up(path))} words given up")


def list_words(prefix: str) -> int:
    count = 0
    for path in words.files():
        name = path.relative_to(words.TOP).as_posix()
        for line, word, instead in words.given_up(path) if name.startswith(prefix) else ():
            count += 1
            print(f"{name}:{line}: {word} -> {instead}")
    print(f"{count} words given up below {prefix or '.'}")
    return 1 if count else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["words"]:
        sys.exit(list_words("".join(sys.argv[2:3])))
    figures()
