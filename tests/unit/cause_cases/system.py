"""Cases of rules: what the host lacks."""

from dataclasses import replace

from tests.unit.cause_cases.base import (
    HEALTHY,
    LOCK,
    NO_TEMPLATE,
    SOURCE,
    VIEWS,
    Case,
    absent,
    facts,
    not_started,
    not_there,
    said,
)
from understudy.diagnosis.rules import Evidence

NO_PQ = said("ImportError: no pq wrapper available.\n- couldn't import psycopg 'c'")
REBOOTED = ("rebooted", SOURCE.removesuffix("/source"), "yes")
PSYCOPG = replace(LOCK, versions={"psycopg": "3.2"})


def started(program: str) -> Evidence:
    return said(not_started(f"FileNotFoundError: [Errno 2] No such file or directory: '{program}'"))


CASES = {
    "libpq-missing": Case(
        NO_PQ,
        facts(lock=PSYCOPG, answers=(("library", "libpq.so.5", "no"),)),
        facts(lock=PSYCOPG, answers=(("library", "libpq.so.5", "yes"),)),
    ),
    "library-of-a-built-package-missing": absent(
        "library",
        "libpython3.13.so.1.0",
        said("libpython3.13.so.1.0 is missing: it is in Debian's package libpython3.13"),
    ),
    "library-missing": absent(
        "library",
        "libzbar.so.0",
        said("ImportError: libzbar.so.0: cannot open shared object file: No such file"),
    ),
    "unknown-library-missing": absent(
        "library",
        "libodd.so.3",
        said("OSError: libodd.so.3: cannot open shared object file: No such file"),
    ),
    "program-missing": absent("program", "convert", started("convert")),
    "unknown-program-missing": absent("program", "odd", started("odd")),
    "program-missing-in-a-shell": absent("program", "msgfmt", said("sh: 1: msgfmt: not found")),
    "unknown-program-missing-in-a-shell": absent("program", "odd", said("sh: 1: odd: not found")),
    "program-missing-for-django": absent(
        "program",
        "msgfmt",
        said("CommandError: Can't find msgfmt. Make sure you have GNU gettext tools 0.15"),
    ),
    "unknown-program-missing-for-django": absent(
        "program",
        "msgother",
        said("CommandError: Can't find msgother. Make sure you have GNU gettext tools 0.15"),
    ),
    "disk-full": absent(
        "free", "/srv", said("OSError: [Errno 28] No space left on device"), "12", "9000000"
    ),
    "file-in-tmp": Case(
        not_there("/tmp/words.txt"),
        facts({"lists/views.py": "open('/tmp/words.txt')"}),
        HEALTHY,
    ),
    "file-gone-with-the-boot": Case(
        not_there("/run/todo/words.txt"),
        facts(VIEWS, answers=(("path", "/run/todo/words.txt", "unknown"), REBOOTED)),
        facts(VIEWS, answers=(("path", "/run/todo/words.txt", "regular file 644 a:a"), REBOOTED)),
    ),
    "path-of-the-developer": Case(
        not_there("/home/ann/words.txt"), facts({"lists/views.py": "'/home/ann'"}), HEALTHY
    ),
    "writes-into-its-source": Case(
        said(f"PermissionError: [Errno 13] Permission denied: '{SOURCE}/lists/new.txt'"),
        HEALTHY,
        facts({"lists/new.txt": "#!/bin/sh\n"}),
    ),
    "broken-link": Case(
        not_there("lists/words.csv"),
        facts({"lists/words.csv": "/desk/words.csv"}, modes={"lists/words.csv": "120000"}),
        facts({"lists/words.csv": "apple"}),
    ),
    "template-missing": Case(NO_TEMPLATE, HEALTHY, facts({"lists/templates/lists/home.html": ""})),
}
