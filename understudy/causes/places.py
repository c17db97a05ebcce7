"""Places that a host doesn't have, or where the app may not write."""

from understudy.causes.tracebacks import NOT_ALLOWED, NOT_THERE, OWN_FILE
from understudy.diagnosis import Clue, Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "path-of-the-developer",
        (
            Clue(
                "said",
                f"(?:{NOT_THERE}|{NOT_ALLOWED})" + r"'(?P<path>/(?:home|root|Users)/[^'\n]+)'",
            ),
        ),
        "{path} is a file of the developer's machine",
        "Commit it with the app and find it from BASE_DIR, or name a path of the host in "
        "app.environment.",
    ),
    Rule(
        "writes-into-its-source",
        (Clue("said", NOT_ALLOWED + OWN_FILE),),
        "the app writes into its own source, to {path}",
        "Give it a directory by app.environment, below {database} or {media}, which it may write.",
    ),
    Rule(
        "broken-link",
        (Clue("said", NOT_THERE + OWN_FILE), Clue("project", "^committed {path}$")),
        "{path} is a link to a place that the host doesn't have",
        "Commit the file itself, or link to a path within the app.",
    ),
    Rule(
        "template-missing",
        (Clue("said", r"TemplateDoesNotExist: (?P<path>[^\s,]+)"),),
        "there is no template {path} in the commit",
        "Commit it into the templates directory of an installed app, or mend the name.",
    ),
)
