"""The commits that README's pictures of failures are made of still break the example."""

import re

import pytest

from tests.house.broken_commit import PAYMENTS, WORDING, Change
from tests.unit.fakes import TOP


@pytest.mark.parametrize("change", [PAYMENTS, WORDING], ids=lambda change: change.subject)
def test_change_fits_the_example(change: Change) -> None:
    text = (TOP / "example" / change.file).read_text()

    assert re.sub(change.pattern, change.replacement, text, count=1) != text


def test_a_browser_test_expects_the_words_that_the_commit_replaces() -> None:
    assert f'"{WORDING.pattern}"' in (TOP / "functional_tests" / "test_pages.py").read_text()
