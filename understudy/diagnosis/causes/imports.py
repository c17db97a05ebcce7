"""A module of the app's own that is in the release, and not where Python looks for it."""

import ast
from collections.abc import Iterator

from understudy.diagnosis.causes.checks import in_commit
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule, holds
from understudy.release.commit_facts import CommitFacts

_NO_MODULE = Clue("said", r"ModuleNotFoundError: No module named '(?P<module>\w+)")


def _folder(commit: CommitFacts, groups: Groups) -> str:
    """The folder below the app's directory that has the module. "" if it's at the top, or nowhere."""
    places = [place for place in commit.modules(groups["module"]) if _may_be_top(commit, place)]
    if groups["module"] in places:
        return ""
    return next((place.rpartition("/")[0] for place in places), "")


def _may_be_top(commit: CommitFacts, place: str) -> bool:
    """A file in a package, say project/celery.py, hides behind another name than its own."""
    folder = place.rpartition("/")[0]
    return f"{place}.py" not in commit.committed or f"{folder}/__init__.py" not in commit.committed


def path_additions(text: str) -> Iterator[str]:
    """Each text in a statement of that Python file that changes sys.path."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr | ast.Assign | ast.AugAssign) and _is_path(node):
            yield from (
                part.value
                for part in ast.walk(node)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )


def _is_path(node: ast.AST) -> bool:
    return any(
        isinstance(part, ast.Attribute) and ast.unparse(part) == "sys.path"
        for part in ast.walk(node)
    )


def _adds(commit: CommitFacts, file: str, folder: str) -> bool:
    name = folder.rpartition("/")[2]
    additions = path_additions(commit.texts.get(file, ""))
    return any(name in text.strip("/").split("/") for text in additions)


def _served_by(facts: KnownFacts) -> str:
    module = str(facts.settings.get("module", "")).partition(":")[0]
    return f"{module.replace('.', '/')}.py"


def _only_in_manage(groups: Groups, facts: KnownFacts) -> Finding | None:
    if facts.commit is None:
        return holds(None)
    served_by = _served_by(facts)
    only = (
        _adds(facts.commit, "manage.py", groups["found"])
        and served_by in facts.commit.texts
        and not _adds(facts.commit, served_by, groups["found"])
    )
    return holds(only, served_by=served_by)


RULES: tuple[Rule, ...] = (
    Rule(
        "path-only-in-manage",
        (_NO_MODULE,),
        "manage.py puts {found} on Python's path and {served_by} doesn't, so '{module}' is not found "
        "when the app is served",
        "Put the lines of manage.py that change sys.path into {served_by}, too; or import it as "
        "{found}.{module}.",
        (in_commit(_folder), _only_in_manage),
    ),
    Rule(
        "module-in-another-folder",
        (_NO_MODULE,),
        "'{module}' is the app's own, in {found}, and that folder is not on Python's path",
        "Set PYTHONPATH under app.environment in deploy.yml, import it by its full name, or "
        "point app.subdirectory to the folder.",
        (in_commit(_folder),),
    ),
)
