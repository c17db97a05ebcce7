"""A diagnosis of a few lines of evidence."""

from understudy.diagnosis.causes import RULES
from understudy.diagnosis.known_facts import HostFacts, KnownFacts
from understudy.diagnosis.rules import Cause, Evidence, diagnose


def first_cause(evidence: Evidence, facts: KnownFacts | None = None) -> Cause | None:
    """The first cause, confirmed or possible."""
    found = diagnose(evidence, facts or KnownFacts(), RULES)
    return found[0] if found else None


def host(*answers: tuple[str, str, str]) -> HostFacts:
    return HostFacts({(kind, name): answer for kind, name, answer in answers})
