"""Arguments of the verbs about processes."""

from understudy.cli.arguments.processes import count


def test_count_is_a_name_and_a_number() -> None:
    assert count("mail-out=4") == ("mail-out", 4)
