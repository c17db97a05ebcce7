"""Python packages, and the lock file that names them."""

import re
from collections.abc import Mapping

from understudy.diagnosis.causes.checks import in_commit, in_lock
from understudy.diagnosis.causes.tracebacks import NEAREST, RAISED_BY
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Check, Clue, Finding, Groups, Rule, holds
from understudy.errors import similar
from understudy.release.commit_facts import CommitFacts, LockFacts, normal

# With the line of the app that asks for it, where the traceback has one.
_BY_ITS_LINE = rf"(?:{NEAREST})?"
_NO_MODULE = r"ModuleNotFoundError: No module named '(?P<module>\w+)"
_NO_WHEELS = r"can't be had as wheels for Python (?P<python>\S+)"
_NO_MATCH = r"No matching distribution found for (?P<package>[\w.-]+)==(?P<version>[^\s;]+)"

# Python packages that aren't called like what is imported.
DISTRIBUTIONS: Mapping[str, str] = {
    "MySQLdb": "mysqlclient",
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "corsheaders": "django-cors-headers",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "django_filters": "django-filter",
    "dotenv": "python-dotenv",
    "environ": "django-environ",
    "jwt": "pyjwt",
    "magic": "python-magic",
    "psycopg2": "psycopg2-binary",
    "rest_framework": "djangorestframework",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
TOOLS = (
    "debug_toolbar",
    "django_browser_reload",
    "django_extensions",
    "ipdb",
    "silk",
)


def _locked(lock: LockFacts, groups: Groups) -> bool:
    """The version that an error names is the locked one."""
    version = groups.get("version", "")
    return lock.versions.get(normal(groups["package"])) == version


def _locked_version(groups: Groups, facts: KnownFacts) -> Finding | None:
    """The package is locked, in that `version`."""
    if facts.lock is None:
        return holds(None, version="(its version is not known)")
    version = facts.lock.versions.get(normal(groups["package"]), "")
    return holds(bool(version), version=version)


def _not_provided(lock: LockFacts, groups: Groups) -> bool | None:
    provides = lock.provides(groups["module"])
    return None if provides is None else not provides


def _not_the_apps_own(commit: CommitFacts, groups: Groups) -> bool | None:
    """None: a module of the app has such a name, and may have been meant."""
    module = groups["module"]
    places = list(commit.modules(module))
    if any(f"{place}.py" not in commit.committed for place in places) or module in places:
        return False
    beside = any(
        re.fullmatch(rf"(?:.*/)?{module}(?:\.py|/.*)", path)
        for path in (*commit.untracked, *commit.ignored)
        if "site-packages/" not in path and "node_modules/" not in path
    )
    return False if beside else (None if places or commit.submodules else True)


def _not_locked(*more: Check) -> tuple[Check, ...]:
    """The checks that a module is a package's, and that no locked package has it."""
    return in_lock(_not_provided), in_commit(_not_the_apps_own), *more


def _is_older(lock: LockFacts, groups: Groups) -> bool:
    return normal(groups["module"]) in lock.wanted


def _imported(groups: Groups, facts: KnownFacts) -> Finding | None:
    """Where the app's own code asks for it, if the traceback shows that."""
    file, line = groups.get("file"), groups.get("line")
    return Finding({"imported": f", which {file} line {line} imports" if file else ""})


def _meant(groups: Groups, facts: KnownFacts) -> Finding | None:
    modules = facts.lock.modules if facts.lock else None
    known = {module for names in (modules or {}).values() for module in names}
    own = (
        {path.split("/")[0].removesuffix(".py") for path in facts.commit.texts}
        if facts.commit
        else set()
    )
    name = similar(groups["module"], known | own)
    return Finding({"meant": f", or is '{name}' meant" if name else ""})


_LOCK_AGAIN = "Lock again: {lock again}"
_ADD = "Add {package} to {add to}, then: {lock again}"
# What our own check of the lock has found, or pip; the app's log can't say so.
_LOCK = (
    Rule(
        "index-not-reached",
        (
            Clue("step", _NO_WHEELS),
            Clue(
                "step", "Failed to establish a new connection|Name or service not known|timed out"
            ),
        ),
        "the package index can't be reached from this machine",
        "Check the network, and the index and the proxy that pip is configured with (pip config list).",
    ),
    Rule(
        "lock-with-other-hashes",
        (
            Clue("step", "THESE PACKAGES DO NOT MATCH THE HASHES"),
            Clue("step", r"^ +(?P<package>[\w.-]+)==(?P<version>\S+) from "),
        ),
        "the hashes in the lock are not those of {package} {version}",
        f"Versions are not edited by hand. {_LOCK_AGAIN}",
        (in_lock(_locked),),
    ),
    Rule(
        "package-for-newer-python",
        (
            Clue("step", _NO_WHEELS),
            Clue("step", _NO_MATCH),
            Clue("step", r"[ ;]{version} Requires-Python (?P<wanted>[^;\n]+)"),
        ),
        "{package} {version} needs Python {wanted}, and the host has {python}",
        "Lock for the host's Python: {lock for its python}",
        (in_lock(_locked),),
    ),
    Rule(
        # Before those that a Debian package cures: with it, this one would fail all the same.
        "package-for-older-python",
        (
            Clue("step", r" could not be built for Python (?P<python>\S+)"),
            Clue(
                "step",
                r"^(?P<package>\S+) (?P<version>\S+): this version is for older Pythons \((?P<gone>.+)\)$",
            ),
        ),
        "{package} {version} is for an older Python than the host's {python} ({gone})",
        "Lock a newer version: {lock again} --upgrade-package {package}; or a release with an older Python, as "
        "production has it: vm.release in deploy.yml.",
    ),
    Rule(
        "package-not-built",
        (
            Clue("step", " could not be built for Python "),
            Clue(
                "step",
                r"^(?P<package>\S+ \S+): the build needs (?P<missing>.+), which is in Debian's package "
                r"(?P<debian>\S+)$",
            ),
        ),
        "the build of {package} needs {missing}, which is in Debian's package {debian}",
        "Add {debian} to app.build_packages in deploy.yml. It is installed for the build, and on no host.",
    ),
    Rule(
        "package-without-wheel",
        (Clue("step", _NO_WHEELS), Clue("step", _NO_MATCH)),
        "{package} {version} has no wheel for the host's Python {python}, and no source that the lock names",
        "Lock a version that the index has: {lock again}",
        (in_lock(_locked),),
    ),
    Rule(
        "locked-version-lacks-a-name",
        (
            Clue(
                "said",
                rf"{_BY_ITS_LINE}ImportError: cannot import name '(?P<name>\w+)' from '(?P<package>\w+)[\w.]*' "
                r"\([^)\n]*/site-packages/",
            ),
        ),
        "{package} {version}, the locked version, has no '{name}'{imported}",
        "Correct the name where it is imported if it is misspelt. If another version has it, lock that: "
        "{lock again} --upgrade-package {package}",
        (_locked_version, _imported),
    ),
    Rule(
        "locked-version-lacks-a-module",
        (
            Clue(
                "said",
                rf"{_BY_ITS_LINE}ModuleNotFoundError: No module named '(?P<package>\w+)\.(?P<name>[\w.]+)'",
            ),
        ),
        "{package} {version}, the locked version, has no module '{name}'{imported}",
        "Correct the name where it is imported if it is misspelt. If another version has it, lock that: "
        "{lock again} --upgrade-package {package}",
        (_locked_version, _imported),
    ),
)

_PACKAGES = (
    Rule(
        "tool-of-the-developer",
        (Clue("said", rf"No module named '(?P<module>{'|'.join(TOOLS)})'"),),
        "the settings switch on {module}, a developer's tool that is not locked",
        "Have it in INSTALLED_APPS, MIDDLEWARE and the urls only if DEBUG is on.",
        _not_locked(),
        no_django=(
            "the app imports {module}, a developer's tool that is not locked",
            "Remove the import, or import it only in debug mode.",
        ),
    ),
    *(
        Rule(
            f"package-not-locked-{name}",
            (Clue("said", f"No module named '(?P<module>{module})['.]"),),
            f"the package '{name}', imported as {module}, is not among the locked ones",
            _ADD.replace("{package}", name),
            _not_locked(),
        )
        for module, name in DISTRIBUTIONS.items()
    ),
    Rule(
        "package-wanted-and-not-locked",
        (Clue("said", _NO_MODULE),),
        "{add to} asks for '{module}', and the lock is older than that",
        _LOCK_AGAIN,
        _not_locked(in_lock(_is_older)),
    ),
    Rule(
        "package-not-locked",
        (Clue("said", RAISED_BY + _NO_MODULE),),
        "no locked package has the module '{module}', and {file} imports it",
        "Is the name in line {line} of {file} right{meant}? If it is, add the package that has it to {add to}, "
        "then: {lock again}",
        _not_locked(_meant),
    ),
    Rule(
        "package-of-a-package-not-locked",
        (Clue("said", _NO_MODULE),),
        "no locked package has the module '{module}'",
        "Add the package that has it to {add to}, then: {lock again}",
        _not_locked(),
    ),
)

RULES: tuple[Rule, ...] = (*_LOCK, *_PACKAGES)
