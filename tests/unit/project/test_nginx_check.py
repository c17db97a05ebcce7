"""docs/overrides.md names all directives that a snippet may have, and no other."""

import re

from tests.unit.fakes import TOP


def test_directives_of_the_docs_are_those_of_the_rules() -> None:
    script = (TOP / "provision" / "65-check-nginx.sh").read_text()
    rules = re.search(r'^RULES = r"""\n(.*?)^"""', script, re.DOTALL | re.MULTILINE)
    assert rules
    allowed = set()
    for rule in rules[1].splitlines():
        contexts, name, *_ = rule.split()
        allowed |= {
            (context, name) for context in contexts.split(",") if context in ("server", "location")
        }

    page = (TOP / "docs" / "overrides.md").read_text()
    named = []
    for where, names in re.findall(
        r"^\| (server|location|both)\b.* \| (`.*`) \|$", page, re.MULTILINE
    ):
        contexts = ("server", "location") if where == "both" else (where,)
        named += [(context, name) for name in re.findall(r"`(\w+)`", names) for context in contexts]

    assert sorted(named) == sorted(allowed)
