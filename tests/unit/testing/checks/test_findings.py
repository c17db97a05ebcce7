"""What deploy.yml accepts, and the message about the rest."""

import yaml

from understudy.config.verify import Accepted
from understudy.testing.checks import findings
from understudy.testing.checks.findings import Finding, Result

CONTRAST = Finding("/about/", "color-contrast", "Elements must have contrast")
ALT = Finding("/about/", "image-alt", "Images must have alternative text")


def rule(check: str, page: str = "*") -> Accepted:
    return Accepted(check=check, page=page, reason="being redone")


def test_rule_accepts_by_check_subject_and_page() -> None:
    assert findings.accepts(rule("accessibility"), "accessibility", CONTRAST)
    assert findings.accepts(rule("accessibility/color-*"), "accessibility", CONTRAST)
    assert findings.accepts(rule("accessibility/color-contrast", "/a*"), "accessibility", CONTRAST)


def test_rule_accepts_nothing_else() -> None:
    assert not findings.accepts(rule("accessibility/color-contrast"), "accessibility", ALT)
    assert not findings.accepts(rule("accessibility", "/"), "accessibility", CONTRAST)
    assert not findings.accepts(rule("links"), "accessibility", CONTRAST)


def test_pattern_of_a_link_begins_with_its_slash() -> None:
    old = Finding("/", "/old/page", "links to /old/page, which answers 404")

    assert findings.accepts(rule("links//old/*"), "links", old)
    assert not findings.accepts(rule("links/old/*"), "links", old)


def test_only_what_no_rule_accepts_is_a_failure() -> None:
    contrast = rule("accessibility/color-contrast")

    found = findings.sort("accessibility", [CONTRAST, ALT], [contrast])

    assert found.failures == (ALT,)
    assert found.accepted == ((CONTRAST, contrast),)
    assert findings.reasons(found.accepted) == (
        "accepted in deploy.yml: accessibility/color-contrast (being redone) on /about/"
    )


def test_rule_is_unused_if_its_check_judged_all_and_found_nothing_for_it() -> None:
    rules = [rule("accessibility/color-contrast"), rule("links"), rule("title"), rule("console")]
    results = {
        "accessibility": Result((CONTRAST,)),
        "links": Result(),
        "title": Result(unjudged="no page to check", is_judged=False),
        "console": Result(unjudged="cdn.test could not be reached"),
    }

    assert findings.unused(rules, results) == [rules[1]]


def test_message_begins_with_the_first_finding_and_ends_with_what_to_do() -> None:
    lines = findings.message("accessibility", [ALT, CONTRAST], "Read the rule.").splitlines()

    assert lines[0] == "/about/: Images must have alternative text"
    assert lines[1] == "/about/: Elements must have contrast"
    assert lines[-2:] == [
        "Read the rule.",
        "If it is meant to be: verify.accept in deploy.yml takes a line such as "
        '{check: "accessibility/image-alt", page: "/about/", reason: "…"}.',
    ]


def test_fault_of_many_pages_is_one_line() -> None:
    many = [Finding(f"/{number}", "/gone", "links to /gone") for number in range(5)]

    [line] = findings.message("links", many, "").splitlines()[:1]

    assert line == "/0, /1 and 3 more pages: links to /gone"


def test_message_is_short() -> None:
    many = [Finding("/", f"/{number}", f"links to /{number}") for number in range(50)]

    lines = findings.message("links", many, "Correct them.").splitlines()

    assert lines[findings.MOST] == "… and 40 more"
    assert len(lines) == findings.MOST + 4


def test_line_for_deploy_yml_names_the_check_alone_if_it_finds_one_thing() -> None:
    line = findings.message("title", [Finding("/", "title", "has no title")], "").splitlines()[-1]

    assert '{check: "title", page: "/", reason: "…"}' in line


def test_line_for_deploy_yml_matches_what_it_is_about() -> None:
    """Brackets and the like in an address are no pattern."""
    odd = Finding("/a[1]", '/b?c="[*]"', "links to it")

    line = findings.message("links", [odd], "").splitlines()[-1]

    given = yaml.safe_load(line[line.index("{") : line.rindex("}") + 1])
    assert findings.accepts(Accepted(**given), "links", odd)
    other = Finding("/a1", '/b?c="xx"', "links to it")
    assert not findings.accepts(Accepted(**given), "links", other)
