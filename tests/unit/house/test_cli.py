"""docs/cli.md is made from the parser."""

import re

import pytest

from tests.house import cli


def test_page_shows_the_command_line_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")

    assert cli.current() == cli.FILE.read_text(), "python -m tests.house.cli writes it again"


def test_links_of_the_page_lead_to_pages() -> None:
    for page in re.findall(r"\]\((\w[\w.-]*\.md)\)", cli.FILE.read_text()):
        assert (cli.FILE.parent / page).is_file(), page
