"""Which module of settings is used, and DEBUG in it."""

import re
from collections.abc import Iterator

from understudy.diagnosis.causes.checks import in_commit, variable, written
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule, holds
from understudy.release.commit_facts import CommitFacts

_VARIABLE = "DJANGO_SETTINGS_MODULE"
_DIFFER = Clue(
    "step",
    r"app\.module runs with the settings (?P<served>[\w.]+), and manage\.py with (?P<module>[\w.]+)"
    r"(?P<debug>; DEBUG is on)?",
)
_DIFFERENT = "{wsgi} uses {served} and manage.py {module}{debug}"
_DEBUG = Clue("step", r"DEBUG is on in (?P<module>[\w.]+)")
# So modules are named that are not for a server.
_FOR_DEVELOPERS = r"(?i).*(?:local|dev|test|desk|debug)"


def _has_file(groups: Groups, facts: KnownFacts) -> Finding | None:
    """What gunicorn imports is in the commit: the group `wsgi`."""
    if facts.commit is None:
        return holds(None)
    module = str(facts.settings.get("module", "")).partition(":")[0]
    path = next(_files(facts.commit, module), "")
    return holds(bool(path), wsgi=path)


def _has_no_choice(groups: Groups, facts: KnownFacts) -> Finding | None:
    """deploy.yml doesn't name the settings: each file takes its own default."""
    return holds(_VARIABLE not in facts.environment if facts.settings else None)


def _sets_debug(commit: CommitFacts, groups: Groups) -> str:
    """The file that gives that module its DEBUG, if it isn't always False: its own, or one whose names
    it takes over. An empty text if none does.
    """
    for path in _sources(commit, groups["module"], ()):
        if values := re.findall(r"(?m)^DEBUG\b[^=\n]*=\s*(.+)", commit.texts[path]):
            return "" if values[-1].startswith("False") else path
    return ""


def _sources(commit: CommitFacts, module: str, seen: tuple[str, ...]) -> Iterator[str]:
    """The module's file, then those of which it imports all names."""
    path = next(_files(commit, module), None)
    if path is None or path in seen:
        return
    yield path
    for name in re.findall(r"(?m)^from\s+([\w.]+)\s+import\s+\*", commit.texts[path]):
        package = module if path.endswith("/__init__.py") else module.rpartition(".")[0]
        yield from _sources(commit, _absolute(name, package), (*seen, path))


def _absolute(name: str, package: str) -> str:
    """`..base` in the package a.b is a.base."""
    dots = len(name) - len(name.lstrip("."))
    if not dots:
        return name
    parts = package.split(".")
    return ".".join((*parts[: len(parts) - dots + 1], name.lstrip(".")))


def _files(commit: CommitFacts, module: str) -> Iterator[str]:
    """Those that would be imported by that name, in whatever folder of the app."""
    name = re.escape(module.replace(".", "/"))
    pattern = re.compile(rf"(?:.*/)?{name}(?:\.py|/__init__\.py)")
    yield from (path for path in commit.texts if pattern.fullmatch(path))


def _is_for_developers(groups: Groups, facts: KnownFacts) -> Finding | None:
    return holds(re.match(_FOR_DEVELOPERS, groups["module"].rpartition(".")[2]) is not None)


def _is_for_servers(groups: Groups, facts: KnownFacts) -> Finding | None:
    return holds(_is_for_developers(groups, facts) is None)


_SETTINGS_DIFFER = (
    Rule(
        "settings-named-in-code",
        (_DIFFER,),
        _DIFFERENT,
        "Let {found} take DJANGO_SETTINGS_MODULE from the environment: os.environ.setdefault(...).",
        (
            _has_file,
            written(
                rf"(?m)^\s*os\.environ\[[\"']{_VARIABLE}[\"']\]\s*=\s*[\"'](?:{{served}}|{{module}})[\"']",
                where=r".*\.py",
            ),
        ),
    ),
    Rule(
        "settings-by-default",
        (_DIFFER,),
        _DIFFERENT,
        "Name the one for servers under app.environment in deploy.yml: DJANGO_SETTINGS_MODULE: {served}",
        (_has_file, _has_no_choice),
    ),
)
_DEBUG_IS_ON = (
    Rule(
        "debug-on-by-environment",
        (_DEBUG,),
        "DEBUG is on: deploy.yml sets {name} to {value}",
        "Remove it from app.environment in deploy.yml.",
        (
            variable(
                lambda name, value: (
                    "DEBUG" in name and value.lower() not in ("", "0", "false", "no", "off")
                )
            ),
        ),
    ),
    Rule(
        "debug-on-in-settings",
        (_DEBUG,),
        "DEBUG is on: {found} sets it",
        "Set DEBUG = False there, or read it from the environment.",
        (_is_for_servers, in_commit(_sets_debug)),
    ),
    Rule(
        "debug-on",
        (_DEBUG,),
        "DEBUG is on: {module} is no module of settings for a server",
        "Name the right one in DJANGO_SETTINGS_MODULE, or let it read DEBUG from the environment.",
        (_is_for_developers,),
    ),
)
RULES: tuple[Rule, ...] = (*_SETTINGS_DIFFER, *_DEBUG_IS_ON)
