"""What a check found, what deploy.yml accepts of it, and the message about the rest. Pure."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from understudy.config.verify import Accepted
from understudy.local.numbers import number_of

# In a message: more would hide the first ones.
MOST = 10


@dataclass(frozen=True)
class Finding:
    """page: its path. subject: what it is about, for `accept`. text: what is wrong; it may have lines."""

    page: str
    subject: str
    text: str


@dataclass(frozen=True)
class Result:
    """Of one check. looked_at: what it judged. unjudged: what it could not, and why; "" if all.

    is_judged: whether it could judge anything. warnings: what is no failure yet, in sentences.
    """

    findings: tuple[Finding, ...] = ()
    looked_at: str = ""
    unjudged: str = ""
    is_judged: bool = True
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sorted:
    """The findings that are failures, and those that a rule accepts, with it."""

    failures: tuple[Finding, ...]
    accepted: tuple[tuple[Finding, Accepted], ...]


def accepts(rule: Accepted, check: str, finding: Finding) -> bool:
    """Whether a rule of `verify.accept` is about this finding of a check."""
    name, has_pattern, pattern = rule.check.partition("/")
    return (
        name == check
        and (not has_pattern or fnmatchcase(finding.subject, pattern))
        and fnmatchcase(finding.page, rule.page)
    )


def sort(check: str, findings: Iterable[Finding], rules: Sequence[Accepted]) -> Sorted:
    failures, accepted = [], []
    for finding in findings:
        rule = next((rule for rule in rules if accepts(rule, check, finding)), None)
        if rule:
            accepted.append((finding, rule))
        else:
            failures.append(finding)
    return Sorted(tuple(failures), tuple(accepted))


def unused(rules: Sequence[Accepted], results: dict[str, Result]) -> list[Accepted]:
    """The rules about checks that judged all they could, of which none found what they accept.

    results: by the names of the checks.
    """

    def is_used(rule: Accepted) -> bool:
        check = rule.check.partition("/")[0]
        result = results[check]
        return bool(result.unjudged) or any(
            accepts(rule, check, finding) for finding in result.findings
        )

    # Mails are judged later.
    about_pages = [rule for rule in rules if rule.check.partition("/")[0] in results]
    return [rule for rule in about_pages if not is_used(rule)]


def message(check: str, failures: Sequence[Finding], advice: str) -> str:
    """Its first line has the first failure, since reports show that alone."""
    groups: dict[tuple[str, str], list[str]] = {}
    for finding in failures:
        groups.setdefault((finding.subject, finding.text), []).append(finding.page)
    lines = [f"{_pages(pages)} {text}" for (_, text), pages in groups.items()]
    more = len(lines) - MOST
    return "\n".join(
        [
            *lines[:MOST],
            *([f"… and {more} more"] if more > 0 else []),
            "",
            advice,
            "If it is meant to be: verify.accept in deploy.yml takes a line such as "
            f"{_rule_for(check, failures[0])}.",
        ]
    )


def _rule_for(check: str, finding: Finding) -> str:
    """YAML that accepts the finding."""
    about, page = (re.sub(r"[*?[]", r"[\g<0>]", text) for text in (finding.subject, finding.page))
    # A page has no title, or one that is too heavy, in one way only.
    found = check if finding.subject == check else f"{check}/{about}"
    return f'{{check: {_quoted(found)}, page: {_quoted(page)}, reason: "…"}}'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _pages(pages: Sequence[str]) -> str:
    """`/:`, or `/, /about/ and 3 more pages:`"""
    found = list(dict.fromkeys(pages))
    more = len(found) - 2
    return ", ".join(found[:2]) + (f" and {number_of(more, 'more page')}:" if more > 0 else ":")


def reasons(accepted: Sequence[tuple[Finding, Accepted]]) -> str:
    """What deploy.yml accepts, with its reasons, in one line."""
    seen: dict[str, list[str]] = {}
    for finding, rule in accepted:
        seen.setdefault(f"{rule.check} ({rule.reason})", []).append(finding.page)
    return "accepted in deploy.yml: " + "; ".join(
        f"{what} on {_pages(pages).rstrip(':')}" for what, pages in seen.items()
    )
