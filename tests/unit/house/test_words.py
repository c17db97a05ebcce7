"""Words that were given up don't come back."""

from pathlib import Path

import pytest

from tests.house import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("it is told here", ["told"]),
        ("test_failure_is_told_at_once", ["told"]),
        ("Nobody mends it", ["mends", "Nobody"]),
        ("a toldest, commend, telltale", []),
        ("the server reports it", []),
    ],
)
def test_whole_words_and_parts_of_names_are_found(
    text: str, found: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file.py").write_text(text)

    assert sorted(word for _, word, _ in words.given_up(tmp_path / "file.py")) == sorted(found)


def test_list_looks_at_the_projects_own_texts() -> None:
    names = {path.relative_to(words.TOP).as_posix() for path in words.files()}

    assert {"README.md", "understudy/cli/main.py", "provision/71-site.sh", "Makefile"} <= names
    assert not [name for name in names if name.startswith("tests/traps/")]
