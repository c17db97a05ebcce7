"""The engine that finds a cause: which rule tells, and what its clues make of the evidence."""

import pytest

from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Cause, Clue, Rule, diagnose


def rule(name: str, *clues: Clue, cause: str = "", hint: str = "") -> Rule:
    return Rule(name, clues, cause, hint)


def told(evidence: dict[str, str], *rules: Rule) -> str | None:
    found = diagnose(evidence, KnownFacts(), rules)
    return found[0].rule if found else None


def test_first_rule_that_fits_tells() -> None:
    rules = (
        rule("other", Clue("said", "Other")),
        rule("first", Clue("said", "Error")),
        rule("second", Clue("said", "Error")),
    )

    assert told({"said": "KeyError"}, *rules) == "first"


def test_rule_fits_only_if_all_its_clues_are_found() -> None:
    both = rule("both", Clue("said", "a"), Clue("nginx", "b"))

    assert told({"said": "a", "nginx": "b"}, both) == "both"
    assert told({"said": "a", "nginx": "x"}, both) is None
    assert told({"said": "ab"}, both) is None, "the other source wasn't gathered"


def test_clue_is_found_line_by_line() -> None:
    clue = Clue("project", "^ignored (?P<path>.*)$")

    evidence = {"project": "committed a\nignored b c\nuntracked d\n"}

    assert diagnose(evidence, KnownFacts(), [rule("r", clue, cause="{path}")]) == (
        Cause("r", "b c", ""),
    )


def test_what_one_clue_has_found_is_looked_for_by_the_next_as_it_is() -> None:
    clues = Clue("said", "'(?P<path>.*)'"), Clue("project", "^untracked (?P<found>.*{path})$")

    assert told({"said": "'a.b+'", "project": "untracked x/a.b+"}, rule("r", *clues)) == "r"
    assert told({"said": "'a.b+'", "project": "untracked x/aab"}, rule("r", *clues)) is None


def test_texts_name_what_was_found_and_keep_other_braces() -> None:
    clue = Clue("said", r"(?P<name>\w+)=(?P<value>\d{2})?")

    named = rule("r", clue, cause="{name}", hint="{value}{media}")

    assert diagnose({"said": "size="}, KnownFacts(), [named]) == (Cause("r", "size", "{media}"),)


@pytest.mark.parametrize("evidence", [{}, {"said": ""}, {"nginx": "Error"}])
def test_nothing_found_is_no_diagnosis(evidence: dict[str, str]) -> None:
    assert diagnose(evidence, KnownFacts(), [rule("r", Clue("said", "Error"))]) == ()
