"""Places that a host doesn't have, or where the app may not write."""

from understudy.diagnosis.causes.checks import in_commit, not_committed, written
from understudy.diagnosis.causes.tracebacks import NOT_ALLOWED, NOT_THERE, OWN_FILE
from understudy.diagnosis.rules import Clue, Groups, Rule
from understudy.release.commit_facts import LINK, CommitFacts


def _is_a_link(commit: CommitFacts, groups: Groups) -> bool:
    return commit.committed.get(groups["path"]) == LINK


def _is_no_program(commit: CommitFacts, groups: Groups) -> bool:
    """What can't be started has a mode that is wrong, and is not written to."""
    return not commit.texts.get(groups["path"], "").startswith("#!")


RULES: tuple[Rule, ...] = (
    Rule(
        "path-of-the-developer",
        (
            Clue(
                "said",
                f"(?:{NOT_THERE}|{NOT_ALLOWED})"
                + r"'(?P<path>(?P<home>/(?:home|root|Users)/[^'\n/]+)[^'\n]*)'",
            ),
        ),
        "{path} is a file of the developer's machine",
        "Commit it with the app and find it from BASE_DIR, or name a path of the host in "
        "app.environment.",
        (written("{home}"),),
        no_django=(
            "",
            "Commit it with the app and find it from Path(__file__), or name a path of the host in "
            "app.environment.",
        ),
    ),
    Rule(
        "writes-into-its-source",
        (Clue("said", NOT_ALLOWED + OWN_FILE),),
        "the app writes into its own source, to {path}",
        "Give it a directory by app.environment, below {database} or {media}, which it may write.",
        (in_commit(_is_no_program),),
    ),
    Rule(
        "broken-link",
        (Clue("said", NOT_THERE + OWN_FILE),),
        "{path} is a link to a place that the host doesn't have",
        "Commit the file itself, or link to a path within the app.",
        (in_commit(_is_a_link),),
    ),
    Rule(
        "template-missing",
        (
            Clue(
                "said",
                r"(?:TemplateDoesNotExist|jinja2\.exceptions\.TemplateNotFound): (?P<path>[^\s,]+)",
            ),
        ),
        "there is no template {path} in the commit",
        "Commit it into the templates directory of an installed app, or fix the name.",
        (not_committed(r"(?:.*/)?(?:templates|jinja2)/{path}"),),
    ),
)
