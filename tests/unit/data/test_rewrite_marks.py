"""Marked texts in SQL are found again, however it comes in pieces.

In databases: tests/programs/test_rewriting.py.
"""

import gzip
from collections.abc import Mapping
from typing import Any

import pytest

from understudy.config.data import Data
from understudy.data import rewrite_marks
from understudy.data.rewrite import Rewrite
from understudy.data.rewrite_marks import Marks
from understudy.data.schema import Column, Table

WORD = "understudy-0123456789abcdef"
SHOP = Rewrite((("shop.example.com", "shop.test"),), "http")
POST = Table("post", (Column("body", "text"), Column("log", "text"), Column("picture", "bytea")))
URL = "https://shop.example.com/a"


def marked(table: str, column: str, text: str) -> str:
    name = f"{table}\0{column}".encode().hex()
    return f"{WORD}:{name}:{text}{WORD};"


def rewritten(text: str, size: int, rules: Mapping[str, Any]) -> str:
    zipped = gzip.compress(text.encode())
    pieces = (zipped[start : start + size] for start in range(0, len(zipped), size))
    data = Data.model_validate({"rewrite": rules})
    return gzip.decompress(b"".join(rewrite_marks.rewritten(pieces, WORD, SHOP, data))).decode()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_names_are_replaced_where_a_rule_says_so(size: int) -> None:
    body, log, site = (
        marked("post", "body", f"it''s {URL};\n{URL}"),
        marked("post", "log", URL),
        marked("django_site", "domain", "shop.example.com"),
    )
    text = f"INSERT INTO post VALUES ('{body}','{log}'),('{URL}','')\n;{site}\n-- {WORD[:9]}"

    assert rewritten(text, size, {"post": {"body": "replace", "log": "keep"}}) == (
        f"INSERT INTO post VALUES ('it''s http://shop.test/a;\nhttp://shop.test/a','{URL}'),('{URL}','')\n"
        f";shop.test\n-- {WORD[:9]}"
    )


def test_long_text_comes_in_many_pieces() -> None:
    long = "x" * 3_000_000 + " " + URL
    text = marked("post", "body", long)

    assert rewritten(text, 100, {"post": {"body": "replace"}}).endswith("x http://shop.test/a")


@pytest.mark.parametrize(
    ("rules", "mistake"),
    [
        ({"posts": {"body": "replace"}}, "data.rewrite.posts: there is no such table"),
        ({"post": {"text": "keep"}}, "data.rewrite.post.text: there is no such column"),
        ({"post": {"picture": "replace"}}, "data.rewrite.post.picture: names are replaced in text"),
    ],
)
def test_rule_that_fits_no_column_is_a_mistake(rules: Mapping[str, Any], mistake: str) -> None:
    [line] = rewrite_marks.mistakes(Data.model_validate({"rewrite": rules}), [POST])

    assert line.startswith(mistake)


def test_rule_that_fits_is_no_mistake() -> None:
    rules = {"post": {"body": "replace", "log": "keep", "picture": "keep"}}

    assert list(rewrite_marks.mistakes(Data.model_validate({"rewrite": rules}), [POST])) == []


def test_without_names_nothing_is_marked() -> None:
    assert Marks().condition("sqlite", POST.columns[0], "body") == ""
    assert Marks(WORD, ("a.b",)).condition("postgresql", POST.columns[2], "picture") == ""
