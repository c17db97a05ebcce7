"""What benchmarks/ makes of its samples, and how it asks for them."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from benchmarks import __main__ as bench
from benchmarks import app as apps
from benchmarks import document, plot, samples, tables, tools
from benchmarks.samples import Sample
from benchmarks.timing import Command, run, timed
from benchmarks.tools import TOOLS, Place, Tool
from tests.integration.staging import git
from tests.unit.fakes import TOP

PLACE = Place(("192.0.2.1", "192.0.2.2"), Path("/known_hosts"))
GROWTH = [
    *(Sample("deploy", "ours", seconds, size) for size, seconds in ((1, 1.0), (4, 2.0), (16, 4.0))),
    *(Sample("deploy", "other", seconds, size) for size, seconds in ((1, 30.0), (16, 45.0))),
]


def rows(text: str) -> list[list[str]]:
    return [line.strip("| ").split(" | ") for line in text.splitlines()]


def test_several_runs_come_to_their_median_and_spread() -> None:
    runs = [Sample("deploy", "ours", seconds, memory=10) for seconds in (3.0, 1.0, 9.0)]

    assert samples.of(runs, "deploy", "ours") == samples.Summary(3.0, 1.0, 9.0, 3, 10)
    assert samples.of(runs, "deploy", "ours", size=2) is None


def test_each_tool_is_compared_to_ours_and_to_the_floor() -> None:
    runs = [
        Sample("deploy", name, seconds) for name, seconds in (("a", 2.0), ("b", 50.0), ("f", 1.0))
    ]

    head, _, *found = rows(tables.side_by_side(runs, ["a", "b", "f"], "a", "f"))

    assert head[-2:] == ["to a", "to f"]
    assert [(row[1], *row[-2:]) for row in found] == [
        ("a", "1.00", "2.00"),
        ("b", "25", "50"),
        ("f", "0.50", "1.00"),
    ]


def test_growth_shows_what_was_not_measured_and_the_ratio_of_largest_to_smallest() -> None:
    head, _, *found = rows(tables.growth(GROWTH, "deploy", "hosts"))

    assert head == ["hosts", "ours", "other"]
    assert found == [
        ["1", "1.00 s", "30.0 s"],
        ["4", "2.00 s", "not yet"],
        ["16", "4.00 s", "45.0 s"],
        ["16 to 1", "4.00", "1.50"],
    ]


def drawn(series: dict[str, dict[int, float]]) -> ElementTree.Element:
    return ElementTree.fromstring(plot.picture("a < b", "hosts", series))  # noqa: S314 - ours


def test_picture_places_more_time_higher_and_larger_sizes_further_right() -> None:
    lines = drawn(samples.medians(GROWTH, "deploy")).iterfind(".//{*}polyline")
    points = [
        [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
        for line in lines
    ]

    ours, other = points
    assert [x for x, _ in ours] == sorted(x for x, _ in ours)
    assert [y for _, y in ours] == sorted((y for _, y in ours), reverse=True)
    assert other[0][1] < ours[-1][1], "30 s lie above 4 s"
    assert ours[1][0] - ours[0][0] == pytest.approx(ours[2][0] - ours[1][0]), (
        "as far for each factor"
    )


def test_names_in_a_picture_do_not_lie_on_each_other() -> None:
    series = {name: {1: 1.0, 2: 1.0} for name in ("one", "two", "three")}

    texts = {text.text: float(text.attrib["y"]) for text in drawn(series).iterfind(".//{*}text")}

    places = sorted(texts[name] for name in series)
    assert all(below - above >= plot.APART for above, below in pairwise(places))


def test_only_the_part_that_was_measured_is_exchanged() -> None:
    page = "before\n<!-- a: written by make bench -->\nold\n<!-- end of a -->\nafter\n"

    assert document.with_part(page, "a", r"new \1") == page.replace("old", r"new \1")
    with pytest.raises(ValueError, match="there is no"):
        document.with_part(page, "b", "new")


@pytest.mark.parametrize("part", bench.parts(with_box=False))
def test_page_has_a_place_for_each_part(part: str) -> None:
    assert "new text" in document.with_part(bench.PAGE.read_text(), part, "new text")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> apps.App:
    return apps.make(tmp_path_factory.mktemp("app"))


def changed(app: apps.App) -> set[str]:
    return set(git(app.repository, "diff", "--name-only", "HEAD~1").split())


def test_changes_of_the_app_are_those_that_the_scenarios_are_called_after(app: apps.App) -> None:
    code = {"lists/views.py", "lists/templates/lists/base.html"}
    app.change_code(1)
    assert changed(app) == code
    app.add_package(2)
    assert changed(app) == {*code, "requirements.txt"}


def test_enlarged_app_has_so_many_times_as_many_files(app: apps.App) -> None:
    def count() -> int:
        return len(git(app.repository, "ls-files", "lists", "copy*").split())

    before = count()
    app.enlarge(4)
    assert count() == 4 * before
    app.enlarge(16)
    assert count() == 16 * before


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_each_tool_is_pointed_at_all_hosts(
    tool: Tool, app: apps.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apps.App, "wheels", lambda _: Path("/wheels"))

    command = tool.deploy(app, PLACE)

    words = " ".join((*command.argv, *command.environment.values()))
    if tool.name == tools.OURS:
        words += app.config.with_name("many.yml").read_text()
    assert all(word in words for word in (*PLACE.addresses, str(PLACE.known_hosts)))


NOTHING_DONE = {
    "Understudy": "many already serves 0123-4567: nothing to do",
    "Ansible": "192.0.2.1 : ok=8    changed=0    unreachable=0    failed=0    skipped=1",
    "pyinfra": "    Grand total                 9       -         -       9",
    "shell": "192.0.2.1: nothing to do",
}
SOMETHING_DONE = {
    "Understudy": "many serves 0123-4567 at http://todo.test/health",
    "Ansible": "192.0.2.1 : ok=8    changed=1    unreachable=0    failed=0    skipped=1",
    "pyinfra": "    Grand total                 9       1         -       8",
    "shell": "192.0.2.1: 0123456789ab",
}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_run_that_changed_something_is_not_taken_for_nothing_to_do(tool: Tool) -> None:
    tools.require_nothing_done(tool, NOTHING_DONE[tool.name])
    with pytest.raises(SystemExit):
        tools.require_nothing_done(tool, SOMETHING_DONE[tool.name])


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_each_of_several_hosts_has_to_have_had_nothing_to_do(tool: Tool) -> None:
    one = NOTHING_DONE[tool.name]
    tools.require_nothing_done(tool, one if tool.prints_totals else f"{one}\n{one}", hosts=2)
    if not tool.prints_totals:
        with pytest.raises(SystemExit):
            tools.require_nothing_done(tool, f"{one}\n{SOMETHING_DONE[tool.name]}", hosts=2)


def test_failed_command_ends_the_benchmark_with_what_it_said() -> None:
    with pytest.raises(SystemExit, match="no luck"):
        run("sh", "-c", "echo no luck; exit 3")


def test_memory_is_the_commands_own_and_not_that_of_the_benchmark(tmp_path: Path) -> None:
    done = timed(Command(("sh", "-c", "pwd; echo $NAME"), tmp_path, {"NAME": "value"}))

    assert done.output.splitlines() == [str(tmp_path), "value"]
    assert 0 < done.memory < 20 * 1024


def files(pattern: str) -> Sequence[Path]:
    found = sorted((TOP / "benchmarks" / "peers").rglob(pattern))
    assert found
    return found


@pytest.mark.parametrize("file", files("*.yml"), ids=lambda file: "-".join(file.parts[-3:]))
def test_playbooks_are_yaml(file: Path) -> None:
    """A file that is only included when it's needed fails when it's needed."""
    assert yaml.safe_load(file.read_text())


@pytest.mark.parametrize("name", ["ansible-core", "pyinfra"])
def test_peers_are_pinned_with_hashes(name: str) -> None:
    assert f"\n{name}==" in f"\n{tools.REQUIREMENTS.read_text()}"
    assert "--hash=sha256:" in tools.REQUIREMENTS.read_text()
