"""Who installed Understudy by pip has no docs/: messages name the command that prints a page."""

import re
from pathlib import Path

import pytest

from tests.unit.fakes import TOP
from understudy.cli import main, manual
from understudy.cli.called import INSTALLED, Called
from understudy.errors import ConfigError

PAGES = sorted((TOP / "docs").glob("*.md"))
# A reference of a message or of the help.
REFERENCE = re.compile(r"(?<![\w/.(])docs/[a-z-]+\.md(?:#[\w-]+)?")


@pytest.mark.parametrize("word", ["docs/topology.md", "topology.md", "topology", "docs/topology"])
def test_a_page_is_printed_whole(
    word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["help", word], tmp_path, INSTALLED) == 0

    shown = capsys.readouterr().out
    assert shown.startswith("# Web hosts, a database host and a proxy\n")
    assert len(shown.splitlines()) == len((TOP / "docs/topology.md").read_text().splitlines())
    assert list(tmp_path.iterdir()) == []


def test_a_section_is_printed_to_its_end() -> None:
    first, *lines = manual.shown("docs/topology.md#a-host-that-is-lost").splitlines()

    assert first == "### A host that is lost"
    assert lines
    assert not [line for line in lines if line.startswith(("# ", "## ", "### "))]


def test_all_pages_are_listed_with_their_titles(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["help", "docs"], TOP) == 0

    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in shown] == [f"docs/{page.name}" for page in PAGES]
    assert "docs/topology.md         Web hosts, a database host and a proxy" in shown


def test_a_verb_is_meant_before_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main.main(["help", "data"], TOP)

    shown = capsys.readouterr().out
    assert shown.startswith("usage: python deploy.py data")
    assert shown.endswith("more: python deploy.py help docs/data.md\n")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("docs/topologie.md", r"no page docs/topologie\.md; did you mean docs/topology\.md"),
        ("docs/topology.md#nowhere", r"docs/topology\.md has no section nowhere"),
        ("docs/../../etc/passwd", "no page"),
    ],
)
def test_a_page_that_is_not_there_is_an_error(word: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        manual.shown(word)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see docs/vm.md.", "see `understudy help docs/vm.md`."),
        ("(docs/edge.md)", "(`understudy help docs/edge.md`)"),
        ("one: `docs/a-b.md#c-d`, x", "one: `understudy help docs/a-b.md#c-d`, x"),
        ("`understudy help docs/vm.md`", "`understudy help docs/vm.md`"),
        ("my/docs/vm.md and docs/deploy.schema.json", "my/docs/vm.md and docs/deploy.schema.json"),
    ],
)
def test_a_message_names_the_command_where_the_pages_are_not(text: str, shown: str) -> None:
    assert Called(INSTALLED, has_docs=False).text(text) == shown
    assert Called(INSTALLED).text(text) == text


def test_the_error_of_a_wrong_deploy_yml_points_to_a_page_that_can_be_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "deploy.yml").write_text("app: {nonsense: 1}\n")

    assert main.main(["config"], tmp_path, INSTALLED) == 2

    assert "`understudy help docs/configuration.md`" in capsys.readouterr().err


def test_each_page_and_section_that_the_code_names_exists() -> None:
    named = {
        found
        for module in (TOP / "understudy").rglob("*.py")
        for found in REFERENCE.findall(module.read_text(encoding="utf-8"))
    }

    assert len(named) > 20
    for one in named:
        assert manual.shown(one), one
