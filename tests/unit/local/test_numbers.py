import ast
from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.test_rules import MODULES, breaking
from understudy.local.numbers import number_of


@pytest.mark.parametrize(
    ("count", "words", "expected"),
    [
        (0, ("difference",), "0 differences"),
        (1, ("difference",), "1 difference"),
        (2, ("difference",), "2 differences"),
        (1, ("task was", "tasks were"), "1 task was"),
        (3, ("task was", "tasks were"), "3 tasks were"),
    ],
)
def test_noun_fits_its_number(count: int, words: tuple[str, ...], expected: str) -> None:
    assert number_of(count, *words) == expected


# Reached with several alone; checks and machines are always several.
SEVERAL = ("checks", "machines", "hosts", "applications", "apps", "addresses", "bytes", "names")


def test_no_length_is_followed_by_a_plural_that_it_may_not_fit() -> None:
    """`{len(found)} differences` is wrong for one."""

    def plurals(module: Path) -> set[str]:
        trees = ast.walk(ast.parse(module.read_text()))
        texts = [tree.values for tree in trees if isinstance(tree, ast.JoinedStr)]
        pairs = [pair for values in texts for pair in pairwise(values)]
        after = [
            "".join(str(words.value).split()[:1]).rstrip(",:.)")
            for number, words in pairs
            if isinstance(number, ast.FormattedValue) and isinstance(words, ast.Constant)
            if ast.unparse(number.value).startswith("len(")
        ]
        return {noun for noun in after if noun.endswith("s")} - {*SEVERAL}

    assert breaking(MODULES, plurals) == {}
