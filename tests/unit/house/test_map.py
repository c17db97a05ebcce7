"""The map of the wings is that of the imports."""

from tests.house import map as wings

CHAIN = {("a", "b"): 1, ("b", "c"): 2, ("a", "c"): 3}


def test_map_in_the_docs_is_of_the_package_as_it_is() -> None:
    assert wings.FILE.read_text() == wings.current(), "`python -m tests.house.map` draws it"


def test_import_that_a_longer_path_shows_is_not_drawn() -> None:
    assert wings.needed(CHAIN) == {("a", "b"), ("b", "c")}


def test_wing_is_below_all_that_import_it() -> None:
    assert wings.rows(CHAIN) == [["a"], ["b"], ["c"]]


def test_text_cannot_end_its_element() -> None:
    assert "<b>" not in wings.draw(CHAIN, dict.fromkeys("abc", "a <b> & more"))
