import pytest

from understudy.traffic.task_count import TaskCount, count, notes

BY = {"a": "old", "b": "old", "c": "new", "d": "new"}
ALL = [("a", "old"), ("b", "new"), ("c", "new"), ("d", "new")]


class TestCount:
    def test_each_task_done_once_is_right(self) -> None:
        found = count(BY, ALL, "old")
        assert found == TaskCount(4)
        assert found.is_right
        assert found.text() == "tasks: 4 enqueued, 4 done once, 0 twice, 0 lost"

    def test_task_that_was_never_done_is_lost(self) -> None:
        found = count(BY, ALL[1:], "old")
        assert (found.lost, found.once, found.is_right) == (("a",), 3, False)
        assert found.details(BY) == "lost: a (enqueued by old)"

    def test_task_that_was_done_by_two_releases_is_done_twice(self) -> None:
        found = count(BY, [*ALL, ("b", "old")], "old")
        assert (found.twice, found.once, found.is_right) == (("b",), 3, False)
        assert found.details(BY) == "done twice: b (enqueued by old)"

    def test_task_of_the_new_release_done_by_the_old_one_is_named(self) -> None:
        found = count(BY, [*ALL[:3], ("d", "old")], "old")
        assert found.by_older == ("d",)
        assert found.is_right, "the old code knew it"
        assert found.text().endswith("0 lost; 1 of the new release by a worker of the old one")

    def test_tasks_of_others_do_not_count(self) -> None:
        assert count({"a": "old"}, [("a", "old"), ("z", "old"), ("z", "old")], "old") == TaskCount(
            1
        )

    def test_a_long_list_is_cut(self) -> None:
        many = {f"mark{number}": "old" for number in range(7)}
        assert count(many, [], "old").details(many).endswith("mark4 (enqueued by old), and 2 more")


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ("a old\nb new\n", [("a", "old"), ("b", "new")]),
        ("RuntimeWarning: a b c d\n\na old\n", [("a", "old")]),
        ("", []),
    ],
)
def test_notes_are_lines_of_two_words(output: str, found: list[tuple[str, str]]) -> None:
    assert [*notes(output.splitlines())] == found
