"""Files of the app that a release lacks, or has in another form than the developer."""

from collections.abc import Iterator

from understudy.diagnosis.causes.checks import in_commit, not_committed, on_disk
from understudy.diagnosis.causes.tracebacks import (
    NOT_ALLOWED,
    NOT_THERE,
    OWN_FILE,
    STARTING_A_PROGRAM,
)
from understudy.diagnosis.rules import Clue, Groups, Rule
from understudy.release.commit_facts import EXECUTABLE, CommitFacts

# What can be missing -> how an error says so, and where in the project it would be: a directory and
# a name. A developer's directory has other people's files, too: packages are no files of the app.
_IN_A_TEMPLATES_DIRECTORY = r"(?:.*/)?(?:templates|jinja2)/"
_ANYWHERE = r"(?!.*(?:site-packages|node_modules)/)(?:.*/)?"
_MISSING = (
    ("file", NOT_THERE + OWN_FILE, "", "{path}"),
    (
        "template",
        r"(?:TemplateDoesNotExist|jinja2\.exceptions\.TemplateNotFound): (?P<path>[^\s,]+)",
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
    # A module that is imported from its package, as if it were a name in that.
    (
        "module-of-a-package",
        r"cannot import name '(?P<path>\w+)' from .* "
        r"\(/srv/[^/)]+/releases/[^/)]+/source/(?P<folder>[^)\n]+)/__init__\.py\)",
        "{folder}/",
        r"{path}(?:/__init__)?\.py",
    ),
)


def _missing() -> Iterator[Rule]:
    """Each kind of file, in each state that keeps it from a release."""
    for kind, message, directory, name in _MISSING:
        clues = (Clue("said", message),)
        file = f"{directory}{name}"
        shipped = not_committed(file) if kind != "file" else not_committed("(?:.*/)?{path}")
        yield Rule(
            f"{kind}-not-committed",
            clues,
            "{found} is not committed, so no release has it",
            "Commit it: git add {found}",
            (shipped, on_disk("untracked", file)),
        )
        yield Rule(
            f"{kind}-ignored",
            clues,
            "{found} is ignored by git, so no release has it",
            "Commit it all the same (git add --force {found}), or have it made by "
            "app.build_commands.",
            (shipped, on_disk("ignored", file)),
        )
        yield Rule(
            f"{kind}-export-ignored",
            clues,
            "{found} is committed, and .gitattributes keeps it out of every release "
            "(export-ignore)",
            "Remove the line of .gitattributes that matches it, or add below that: "
            "{found} -export-ignore",
            (on_disk("left_out", file),),
        )
        yield Rule(
            f"{kind}-in-other-case",
            clues,
            "{found} is asked for as {path}, and on a server case counts",
            "Write it the same way in both places.",
            (not_committed(file), on_disk("committed", f"{directory}(?i:{name})")),
        )


def _in_submodule(commit: CommitFacts, groups: Groups) -> str:
    """The submodule that has what is missing: a file of it, or a module."""
    wanted = groups["missing"]
    for path, files in commit.submodules.items():
        inside = {f"{path}/{file}" for file in files}
        modules = {file.split("/")[0].removesuffix(".py") for file in files}
        modules |= {file.split("/")[-2] for file in files if file.endswith("/__init__.py")}
        if wanted in inside | modules | {path, path.rpartition("/")[2]}:
            return path
        if wanted.startswith(f"{path}/"):
            return path
    return ""


_SUBMODULES = tuple(
    Rule(
        name,
        (Clue("said", message),),
        "{found} is a git submodule, and a release has no submodules",
        "Copy its files into the repository, or lock it as a package.",
        (in_commit(_in_submodule),),
    )
    for name, message in (
        ("module-in-submodule", r"No module named '(?P<missing>\w+)"),
        ("name-in-submodule", r"from '(?P<missing>\w+)[\w.]*' \(unknown location\)"),
        ("file-in-submodule", NOT_THERE + OWN_FILE.replace("<path>", "<missing>")),
    )
)


def _is_no_program(commit: CommitFacts, groups: Groups) -> bool:
    return commit.committed.get(groups["path"], EXECUTABLE) != EXECUTABLE


def _names_an_interpreter(commit: CommitFacts, groups: Groups) -> bool:
    return commit.texts.get(groups["path"], "").startswith("#!")


def _has_windows_line_ends(commit: CommitFacts, groups: Groups) -> bool:
    return "\r\n" in commit.texts.get(groups["path"], "")


_NAMES = (
    Rule(
        "name-not-in-utf-8",
        (
            Clue(
                "said",
                r"UnicodeEncodeError: 'utf-8' codec can't encode characters? .*(?:\\udc|surrogates)",
            ),
        ),
        "the name of the file {found} is not UTF-8",
        "Rename it with git mv: most programs take a file's name for UTF-8.",
        (on_disk("committed", ".*\ufffd.*"),),
    ),
)

_PROGRAMS = (
    Rule(
        "not-executable",
        (Clue("said", STARTING_A_PROGRAM + "PermissionError: .*: " + OWN_FILE),),
        "{path} is not executable",
        "Run `git update-index --add --chmod=+x {path}` and commit.",
        (in_commit(_is_no_program),),
    ),
    Rule(
        "windows-line-ends",
        (Clue("said", r"^==> (?:\./)?(?P<path>\S+).*\n/usr/bin/env: .(?P<program>[\w.]+)\\r"),),
        "{path} has Windows line ends, so the host looks for a program '{program}\\r'",
        "Give it Unix line ends, and keep them: a line `{path} text eol=lf` in .gitattributes.",
        (in_commit(_has_windows_line_ends),),
    ),
    Rule(
        "interpreter-missing",
        (Clue("said", STARTING_A_PROGRAM + "FileNotFoundError: .*: " + OWN_FILE),),
        "{path} is there, but the host lacks the interpreter that its first line names",
        "Name one that hosts have, such as #!/bin/sh, with Unix line ends; or add its package to "
        "host.packages in deploy.yml.",
        (in_commit(_names_an_interpreter),),
    ),
)

_LOG_HINT = "Log to standard error with logging.StreamHandler: the host keeps that in its journal."
_LOGS = (
    Rule(
        "log-file",
        (Clue("said", f"(?:{NOT_THERE}|{NOT_ALLOWED})" + r"'(?P<path>/var/log/[^'\n]+)'"),),
        "the app can't write its log file {path}",
        _LOG_HINT,
        (in_commit(lambda commit, groups: _names(commit, groups["path"])),),
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
        _LOG_HINT,
        (in_commit(lambda commit, groups: groups["path"] not in commit.committed),),
    ),
)


def _names(commit: CommitFacts, path: str) -> bool:
    """Whether the app's own code has that file's name."""
    name = path.rpartition("/")[2]
    return any(name in text for text in commit.texts.values())


_LACKS_NAME = in_commit(
    lambda commit, groups: groups["name"] not in commit.texts.get(groups["found"], "")
)
_UNCOMMITTED_CHANGES = (
    Rule(
        "uncommitted-change",
        (
            Clue(
                "said",
                r"cannot import name '(?P<name>\w+)' from '[\w.]+' "
                r"\(/srv/[^/)]+/releases/[^/)]+/source/(?P<file>[^)\n]+)\)",
            ),
        ),
        "{file} is committed without its change that has '{name}'",
        "Commit {file}, too.",
        (
            on_disk("modified", "{file}"),
            _LACKS_NAME,
        ),
    ),
    Rule(
        "uncommitted-change-of-module",
        (Clue("said", r"module '(?:\w+\.)*(?P<module>\w+)' has no attribute '(?P<name>\w+)'"),),
        "{found} is committed without its change that has '{name}'",
        "Commit {found}, too.",
        (
            on_disk("modified", r"(?:.*/)?{module}(?:/__init__)?\.py"),
            _LACKS_NAME,
        ),
    ),
)

_MODULES = (
    Rule(
        "module-missing",
        (Clue("said", r"No module named '(?P<package>\w+)\.(?P<rest>[\w.]+)'"),),
        "there is no module {package}.{rest} in the commit",
        "Commit it, or fix the name where it is asked for; app.module in deploy.yml is one such "
        "place.",
        (
            on_disk("committed", "{package}/.*"),
            in_commit(
                lambda commit, groups: (
                    not any(
                        f"{groups['package']}/{groups['rest'].replace('.', '/')}{end}"
                        in commit.committed
                        for end in (".py", "/__init__.py")
                    )
                )
            ),
        ),
    ),
)

RULES: tuple[Rule, ...] = (
    *_NAMES,
    *_LOGS,
    *_PROGRAMS,
    *_SUBMODULES,
    *_missing(),
    *_UNCOMMITTED_CHANGES,
    *_MODULES,
)
