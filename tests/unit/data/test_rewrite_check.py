"""What is said of columns with names of production. How they are found: tests/programs/test_rewriting.py."""

from understudy.data import rewrite_check
from understudy.data.rewrite_check import Leftover


def test_columns_without_a_rule_are_named_with_the_lines_to_add() -> None:
    found = (Leftover("blog_post", "body", 12), Leftover("blog_post", "log", 1))
    error = rewrite_check.failure(found, "production", "vagrant")

    assert "2 columns of vagrant with names of production" in error.summary
    assert error.details == "blog_post.body: 12 rows\nblog_post.log: 1 row"
    assert error.hint.endswith(
        "data:\n  rewrite:\n    blog_post:\n      body: replace\n      log: replace"
    )
    assert "data pull" not in error.hint


def test_column_whose_rule_came_too_late_needs_another_pull() -> None:
    found = [Leftover("blog_post", "body", 12, has_rule=True)]
    text = rewrite_check.warning(found, "production", "vagrant")

    assert text.startswith("1 column of vagrant with names of production")
    assert "blog_post.body: 12 rows" in text
    assert "`data pull --from production` again" in text
    assert "rewrite:" not in text
