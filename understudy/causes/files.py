"""Files of the app that a release lacks, or has otherwise than the developer."""

from collections.abc import Iterator

from understudy.causes.tracebacks import NOT_ALLOWED, NOT_THERE, OWN_FILE, STARTING_A_PROGRAM
from understudy.diagnosis import Clue, Rule

# What can be missing -> how that is told, and where in the project it would be: a directory and
# a name. A developer's directory has other people's files, too: packages are no files of the app.
_IN_A_TEMPLATES_DIRECTORY = r"(?:.*/)?(?:templates|jinja2)/"
_ANYWHERE = r"(?!.*(?:site-packages|node_modules)/)(?:.*/)?"
_MISSING = (
    ("file", NOT_THERE + OWN_FILE, "", "{path}"),
    (
        "template",
        r"TemplateDoesNotExist: (?P<path>[^\s,]+)",
        _IN_A_TEMPLATES_DIRECTORY,
        "{path}",
    ),
    (
        "static-file",
        r"Missing staticfiles manifest entry for '(?P<path>[^']+)'",
        "(?:.*/)?static/",
        "{path}",
    ),
    (
        "module",
        r"No module named '(?:\w+\.)*(?P<path>\w+)'",
        _ANYWHERE,
        r"{path}(?:/__init__)?\.py",
    ),
)


def _missing() -> Iterator[Rule]:
    """Each kind of file, in each state that keeps it from a release."""
    for kind, told, directory, name in _MISSING:
        yield Rule(
            f"{kind}-not-committed",
            (Clue("said", told), Clue("project", f"^untracked (?P<found>{directory}{name})$")),
            "{found} is not committed, so no release has it",
            "Commit it: git add {found}",
        )
        yield Rule(
            f"{kind}-ignored",
            (Clue("said", told), Clue("project", f"^ignored (?P<found>{directory}{name})$")),
            "{found} is ignored by git, so no release has it",
            "Commit it all the same (git add --force {found}), or have it made by "
            "app.build_commands.",
        )
        other_case = f"{directory}(?!{name}$)(?i:{name})"
        yield Rule(
            f"{kind}-in-other-case",
            (Clue("said", told), Clue("project", f"^committed (?P<found>{other_case})$")),
            "{found} is asked for as {path}, and on a server case counts",
            "Write it the same way in both places.",
        )


PROGRAMS = (
    Rule(
        "not-executable",
        (
            Clue("said", STARTING_A_PROGRAM + "PermissionError: .*: " + OWN_FILE),
            Clue("project", "^committed {path}$"),
        ),
        "{path} is not executable",
        "Tell git: git update-index --add --chmod=+x {path}, and commit.",
    ),
    Rule(
        "windows-line-ends",
        (
            Clue("said", r"^==> (?:\./)?(?P<path>\S+).*\n/usr/bin/env: .(?P<program>[\w.]+)\\r"),
            Clue("project", r"^committed {path}$"),
        ),
        "{path} has Windows line ends, so the host looks for a program '{program}\\r'",
        "Give it Unix line ends, and keep them: a line `{path} text eol=lf` in .gitattributes.",
    ),
    Rule(
        "interpreter-missing",
        (
            Clue("said", STARTING_A_PROGRAM + "FileNotFoundError: .*: " + OWN_FILE),
            Clue("project", "^committed {path}$"),
        ),
        "{path} is there, but the host lacks the interpreter that its first line names",
        "Name one that hosts have, such as #!/bin/sh, with Unix line ends; or add its package to "
        "host.packages in deploy.yml.",
    ),
)

LOGS = (
    Rule(
        "log-file",
        (Clue("said", f"(?:{NOT_THERE}|{NOT_ALLOWED})" + r"'(?P<path>/var/log/[^'\n]+)'"),),
        "the app can't write its log file {path}",
        "Log to standard error with logging.StreamHandler: the host keeps that in its journal.",
    ),
    Rule(
        "log-file-in-source",
        (
            Clue(
                "said",
                f"(?:{NOT_THERE}|{NOT_ALLOWED})" + OWN_FILE.replace("*)'", r"*\.log)'"),
            ),
        ),
        "the app can't write its log file {path}",
        "Log to standard error with logging.StreamHandler: the host keeps that in its journal.",
    ),
)

UNCOMMITTED_CHANGES = (
    Rule(
        "uncommitted-change",
        (
            Clue(
                "said",
                r"cannot import name '(?P<name>\w+)' from '[\w.]+' "
                r"\(/srv/[^/)]+/releases/[^/)]+/source/(?P<file>[^)\n]+)\)",
            ),
            Clue("project", "^modified {file}$"),
        ),
        "{file} is committed without its change that has '{name}'",
        "Commit {file}, too.",
    ),
    Rule(
        "uncommitted-change-of-module",
        (
            Clue("said", r"module '(?:\w+\.)*(?P<module>\w+)' has no attribute '(?P<name>\w+)'"),
            Clue("project", r"^modified (?P<file>(?:.*/)?{module}(?:/__init__)?\.py)$"),
        ),
        "{file} is committed without its change that has '{name}'",
        "Commit {file}, too.",
    ),
)

MODULES = (
    Rule(
        "module-missing",
        (
            Clue("said", r"No module named '(?P<package>\w+)\.(?P<rest>[\w.]+)'"),
            Clue("project", "^committed {package}/"),
        ),
        "there is no module {package}.{rest} in the commit",
        "Commit it, or mend the name where it is asked for; app.module in deploy.yml is one such "
        "place.",
    ),
)

RULES: tuple[Rule, ...] = (
    *LOGS,
    *PROGRAMS,
    *_missing(),
    *UNCOMMITTED_CHANGES,
    *MODULES,
)
