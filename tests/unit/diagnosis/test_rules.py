"""How rules find a cause: which rule applies, and how its clues match the evidence."""

import pytest

from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Cause, Clue, Rule, diagnose


def rule(name: str, *clues: Clue, cause: str = "", hint: str = "") -> Rule:
    return Rule(name, clues, cause, hint)


def first_rule(evidence: dict[str, str], *rules: Rule) -> str | None:
    found = diagnose(evidence, KnownFacts(), rules)
    return found[0].rule if found else None


def test_first_rule_that_matches_gives_the_cause() -> None:
    rules = (
        rule("other", Clue("said", "Other")),
        rule("first", Clue("said", "Error")),
        rule("second", Clue("said", "Error")),
    )

    assert first_rule({"said": "KeyError"}, *rules) == "first"


def test_rule_matches_only_if_all_its_clues_do() -> None:
    both = rule("both", Clue("said", "a"), Clue("nginx", "b"))

    assert first_rule({"said": "a", "nginx": "b"}, both) == "both"
    assert first_rule({"said": "a", "nginx": "x"}, both) is None
    assert first_rule({"said": "ab"}, both) is None, "the other source wasn't gathered"


def test_clue_is_found_line_by_line() -> None:
    clue = Clue("project", "^ignored (?P<path>.*)$")

    evidence = {"project": "committed a\nignored b c\nuntracked d\n"}

    assert diagnose(evidence, KnownFacts(), [rule("r", clue, cause="{path}")]) == (
        Cause("r", "b c", ""),
    )


def test_group_of_one_clue_is_matched_literally_by_the_next() -> None:
    clues = Clue("said", "'(?P<path>.*)'"), Clue("project", "^untracked (?P<found>.*{path})$")

    assert first_rule({"said": "'a.b+'", "project": "untracked x/a.b+"}, rule("r", *clues)) == "r"
    assert first_rule({"said": "'a.b+'", "project": "untracked x/aab"}, rule("r", *clues)) is None


def test_placeholders_are_filled_in_and_other_braces_stay() -> None:
    clue = Clue("said", r"(?P<name>\w+)=(?P<value>\d{2})?")

    named = rule("r", clue, cause="{name}", hint="{value}{media}")

    assert diagnose({"said": "size="}, KnownFacts(), [named]) == (Cause("r", "size", "{media}"),)


@pytest.mark.parametrize("evidence", [{}, {"said": ""}, {"nginx": "Error"}])
def test_no_match_is_no_cause(evidence: dict[str, str]) -> None:
    assert diagnose(evidence, KnownFacts(), [rule("r", Clue("said", "Error"))]) == ()
