"""Cases of rules: packages and the lock."""

from dataclasses import replace

from tests.unit.cause_cases.base import HEALTHY, LOCK, PACKAGES, Case, facts, no_module, said
from understudy.diagnosis.causes import dependencies
from understudy.release.commit_facts import LockFacts

NO_WHEEL = (
    "the locked packages can't be had as wheels for Python 3.11 on x86_64\n"
    "ERROR: Ignored: 6.1 Requires-Python >=3.12\n"
    "ERROR: No matching distribution found for django==6.1"
)
# The one that needs a Debian package as well: that alone would not be enough.
OLDER_PYTHON = (
    "cffi 1 and greenlet 1.1.2 could not be built for Python 3.11 on bookworm\n"
    "cffi 1: the build needs libffi, which is in Debian's package libffi-dev\n"
    "greenlet 1.1.2: this version is for older Pythons (_PyErr_StackItem)\n"
)
NEW_DJANGO = replace(LOCK, versions={"django": "6.1", "gunicorn": "23.0.0"})
TOOL = no_module("debug_toolbar")
ODD = no_module("oddments")
WITH_ODD = replace(LOCK, modules={"other-name": ("oddments",)})
CASES = {
    "index-not-reached": Case(said(NO_WHEEL, "Failed to establish a new connection"), HEALTHY),
    "lock-with-other-hashes": Case(
        said("THESE PACKAGES DO NOT MATCH THE HASHES\n    django==6.1 from https://pypi.test/"),
        facts(lock=NEW_DJANGO),
        HEALTHY,
    ),
    "package-for-newer-python": Case(said(NO_WHEEL), facts(lock=NEW_DJANGO), HEALTHY),
    "package-for-older-python": Case(said(OLDER_PYTHON), HEALTHY),
    "package-not-built": Case(
        said(
            "ldap 3 could not be built for Python 3.11 on bookworm\n"
            "ldap 3: the build needs lber.h, which is in Debian's package libldap-dev\n"
            "  fatal error: lber.h: No such file or directory"
        ),
        HEALTHY,
    ),
    "package-without-wheel": Case(said(NO_WHEEL), facts(lock=NEW_DJANGO), HEALTHY),
    "locked-version-lacks-a-name": Case(
        said(
            "ImportError: cannot import name 'X' from 'django.db' "
            f"({PACKAGES}/django/db/__init__.py)"
        ),
        HEALTHY,
        facts(lock=LockFacts()),
    ),
    "locked-version-lacks-a-module": Case(
        no_module("django.tasks"), HEALTHY, facts(lock=LockFacts())
    ),
    "tool-of-the-developer": Case(
        TOOL, HEALTHY, facts(lock=replace(LOCK, modules={"x": ("debug_toolbar",)}))
    ),
    **{
        f"package-not-locked-{name}": Case(
            no_module(module), HEALTHY, facts({f"libs/{module}/__init__.py": ""})
        )
        for module, name in dependencies.DISTRIBUTIONS.items()
    },
    "package-wanted-and-not-locked": Case(
        ODD, facts(lock=replace(LOCK, wanted=("oddments",))), HEALTHY
    ),
    "package-not-locked": Case(ODD, HEALTHY, facts({"apps/oddments/__init__.py": ""})),
    "package-of-a-package-not-locked": Case(ODD, HEALTHY, facts(lock=WITH_ODD)),
}
