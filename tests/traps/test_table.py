"""docs/traps.md says what was rehearsed, where, and what came out; several runs count together."""

import re
from dataclasses import replace
from pathlib import Path

from tests.traps import table
from tests.traps.trap import Trap
from tests.unit.fakes import TOP
from tests.unit.repositories import commit

VM, CONTAINER = "on the staging VM", "in a Debian 12 system container"
A = table.Row("a", "deploy", "why", 1.5, place=VM)
B = table.Row("b", "deploy", "why", 2, base="flask", place=CONTAINER)
READY = table.Row("c", "ready", "", 2, place=VM)


def trap(name: str, phase: str = "deploy", cause: str = "why") -> Trap:
    return Trap(Path(name), "", phase, {}, cause)


def test_scenarios_of_earlier_runs_count_with_their_version(tmp_path: Path) -> None:
    file = tmp_path / "traps.json"
    table.Caught.load(file, "v1").add(A)
    table.Caught.load(file, "v1").add(B)
    table.Caught.load(file, "v2").add(B)

    rows = table.Caught.load(file, "v2").rows
    assert {name: row.version for name, row in rows.items()} == {"a": "v1", "b": "v2"}
    assert "2 versions of the code besides the rules (1, 1)" in table.page(rows.values())
    assert "versions" not in table.page([A, B])


def test_scenarios_caught_with_changed_files_count_in_no_other_run(tmp_path: Path) -> None:
    """Nothing shows what else has changed since."""
    file = tmp_path / "traps.json"
    table.Caught.load(file, "v1-dirty").add(A)

    assert table.Caught.load(file, "v1-dirty").rows == {}


def test_a_scenario_that_comes_out_wrong_later_counts_as_wrong(tmp_path: Path) -> None:
    file = tmp_path / "traps.json"
    table.Caught.load(file, "v1").add(A)
    table.Caught.load(file, "v1").add(replace(A, right=False))

    assert not table.Caught.load(file, "v1").rows["a"].right


def test_rows_of_scenarios_that_want_something_else_now_do_not_count(tmp_path: Path) -> None:
    found = table.Caught(tmp_path / "traps.json", "v1", {row.name: row for row in (A, B, READY)})
    scenarios = {"a": trap("a", cause="another"), "c": trap("c", "ready", "")}

    assert found.of(scenarios) == [READY]


def test_version_is_of_the_code_and_not_of_tests_docs_and_rules(tmp_path: Path) -> None:
    files = {
        "understudy/plan.py": "1",
        "understudy/diagnosis/causes/code.py": "1",
        "README.md": "1",
    }
    commit(tmp_path, files)
    first = table.code_version(tmp_path)

    commit(tmp_path, {"understudy/diagnosis/causes/code.py": "2", "README.md": "2"})
    assert table.code_version(tmp_path) == first

    commit(tmp_path, {"understudy/plan.py": "2"})
    assert table.code_version(tmp_path) != first

    (tmp_path / "understudy/plan.py").write_text("3")
    assert table.code_version(tmp_path).endswith("-dirty")


def test_what_could_not_be_rehearsed_in_one_place_counts_if_it_was_in_another(
    tmp_path: Path,
) -> None:
    found = table.Caught(tmp_path / "traps.json", "v1")
    found.skip(replace(A, phase=table.SKIPPED, cause="no reboot"))
    found.skip(replace(B, phase=table.SKIPPED))
    found.add(A)
    found.skip(replace(A, phase=table.SKIPPED))

    assert [row.phase for row in found.of({"a": trap("a"), "b": trap("b")})] == [
        "deploy",
        "skipped",
    ]


def test_page_says_where_it_was_and_counts_only_what_was_rehearsed() -> None:
    gone = table.Row("gone", table.SKIPPED, "no reboot", 0, place=CONTAINER)
    page = table.page([A, B, READY, gone])

    assert "3 of 3 came out right, 1 of them READY" in page
    assert "1 of all that were rehearsed change another app" in page
    assert f"Rehearsed {VM} (2), {CONTAINER} (1); " in page
    assert "not counted: gone (no reboot)." in page
    assert "[gone]" not in page
    assert "Not rehearsed" not in table.page([A])
    assert f"Rehearsed {VM}; " in table.page([A])


def test_page_shows_what_came_out_wrong() -> None:
    page = table.page([A, replace(B, right=False, cause="another")])

    assert "1 of 2 came out right" in page
    assert "**not right**: another" in page


def test_readme_gives_the_figure_of_the_table() -> None:
    figure = re.compile(r"(\d+ of \d+) (?:failure scenarios|came out right)\b")
    [readme] = figure.findall((TOP / "README.md").read_text())
    [table_] = figure.findall((TOP / "docs" / "traps.md").read_text())

    assert readme == table_
