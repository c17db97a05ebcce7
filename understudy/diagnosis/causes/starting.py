"""What keeps an app from being ready: it runs where it should only be imported."""

import ast
import re
from collections.abc import Iterator

from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule, holds


def _calls_at_import(text: str, method: str) -> Iterator[int]:
    """Lines where a module calls something's method as soon as it is imported."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return
    for statement in body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            called = statement.value.func
            if not isinstance(called, ast.Attribute) or called.attr != method:
                continue
            if _is_an_app(ast.unparse(called.value), text):
                yield statement.lineno


def _is_an_app(name: str, text: str) -> bool:
    """subprocess.run() and the like are no servers."""
    made = rf"^{re.escape(name)}\s*=\s*(?:\w+\.)?(?:Flask|Quart|Bottle|Dash|Sanic|create_app)\("
    return name == "uvicorn" or re.search(made, text, re.MULTILINE) is not None


def runs_a_server(groups: Groups, facts: KnownFacts) -> Finding | None:
    """A file of the commit that calls app.run() at import, the one that is served first."""
    if facts.commit is None:
        return holds(None)
    module = str(facts.settings.get("module", "")).partition(":")[0].replace(".", "/")
    for path in sorted(facts.commit.texts, key=lambda path: path != f"{module}.py"):
        if path.endswith(".py"):
            for line in _calls_at_import(facts.commit.texts[path], "run"):
                return holds(True, file=path, line=str(line))
    return None


RULES: tuple[Rule, ...] = (
    Rule(
        "server-started-at-import",
        (
            Clue(
                "said",
                r"Running on https?://|Serving Flask app|curl: \((?:7|28)\)|WORKER TIMEOUT"
                r"|Address already in use",
            ),
        ),
        "{file} line {line} runs a server of its own as soon as it is imported, so gunicorn's never "
        "answers",
        'Run it only if the file itself is started: if __name__ == "__main__": app.run()',
        (runs_a_server,),
    ),
)
