"""What the app needs from the distribution: libraries and programs."""

from collections.abc import Mapping

from understudy.diagnosis.causes.checks import in_lock, on_host
from understudy.diagnosis.causes.tracebacks import STARTING_A_PROGRAM
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule, holds
from understudy.release.commit_facts import LockFacts, normal

_LIBRARY = r"(?:OSError|ImportError): (?P<library>[\w.+-]+\.so[.\d]*): cannot open shared object"
_PROGRAM = STARTING_A_PROGRAM + r"FileNotFoundError: .*: '(?P<program>[^/'\n]+)'"

# Where Debian's package isn't called like what it brings.
LIBRARIES: Mapping[str, str] = {
    "libGL.so.1": "libgl1",
    "libcairo.so.2": "libcairo2",
    "libgdal.so": "libgdal-dev",
    "libgeos_c.so.1": "libgeos-c1v5",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libldap-2.5.so.0": "libldap-2.5-0",
    "libmagic.so.1": "libmagic1",
    "libmariadb.so.3": "libmariadb3",
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpq.so.5": "libpq5",
    "libvips.so.42": "libvips42",
    "libxml2.so.2": "libxml2",
    "libzbar.so.0": "libzbar0",
}
PROGRAMS: Mapping[str, str] = {
    "convert": "imagemagick",
    "dot": "graphviz",
    "ffmpeg": "ffmpeg",
    "gs": "ghostscript",
    "msgfmt": "gettext",
    "node": "nodejs",
    "npm": "npm",
    "pandoc": "pandoc",
    "pdflatex": "texlive-latex-base",
    "pdftotext": "poppler-utils",
    "psql": "postgresql-client",
    "soffice": "libreoffice-core",
    "tesseract": "tesseract-ocr",
    "wkhtmltopdf": "wkhtmltopdf",
}
_PROVISION = ", and provision the hosts again ({run} provision{on})."
_NO_LIBRARY = (on_host("library", "{library}", "no"),)
_NO_PROGRAM = (on_host("program", "{program}", "no"),)


def _has_no_libpq_of_its_own(lock: LockFacts, groups: Groups) -> bool:
    return normal(groups["package"]) in lock.versions and "psycopg-binary" not in lock.versions


def _library_is_known(groups: Groups, facts: KnownFacts) -> Finding | None:
    package = LIBRARIES.get(groups["library"])
    return holds(package is not None, package=package or "")


_LIBRARIES = (
    Rule(
        "libpq-missing",
        (
            Clue(
                "said",
                r"ImportError: no pq wrapper available|(?:libpq library not found)",
            ),
            Clue("said", r"(?P<package>psycopg)\b"),
        ),
        "psycopg needs the system library libpq.so.5, which the host lacks",
        f"Add libpq5 to host.packages in deploy.yml{_PROVISION} "
        "Or lock psycopg[binary], which brings its own.",
        (in_lock(_has_no_libpq_of_its_own), on_host("library", "libpq.so.5", "no")),
    ),
    Rule(
        "library-of-a-built-package-missing",
        (
            Clue(
                "step",
                r"(?P<library>\S+\.so[.\d]*) is missing: it is in Debian's package (?P<package>\S+)",
            ),
        ),
        "a package that was built here links to {library}, which the host lacks",
        f"Add {{package}} to host.packages in deploy.yml{_PROVISION}",
        _NO_LIBRARY,
    ),
    Rule(
        "library-missing",
        (Clue("said", _LIBRARY),),
        "the host lacks the system library {library}",
        f"Add {{package}} to host.packages in deploy.yml{_PROVISION}",
        (_library_is_known, *_NO_LIBRARY),
    ),
    Rule(
        "unknown-library-missing",
        (Clue("said", _LIBRARY),),
        "the host lacks the system library {library}",
        "Find its Debian package (apt-file search {library}), add that to host.packages in "
        f"deploy.yml{_PROVISION}",
        _NO_LIBRARY,
    ),
)
# What starts a program and does not find it: Python, a shell, Django's own commands.
_STARTS = (
    ("", _PROGRAM),
    ("-in-a-shell", r"(?:^|sh: )\d*:? ?(?P<program>[\w.+-]+): (?:command )?not found$"),
    (
        "-for-django",
        r"CommandError: Can't find (?P<program>msg\w+)\. Make sure you have GNU gettext",
    ),
)


def _package_is_known(groups: Groups, facts: KnownFacts) -> Finding | None:
    package = PROGRAMS.get(groups["program"])
    return holds(package is not None, package=package or "")


_PROGRAMS = tuple(
    rule
    for how, pattern in _STARTS
    for rule in (
        Rule(
            f"program-missing{how}",
            (Clue("said", pattern),),
            "the host lacks the program '{program}'",
            f"Add {{package}} to host.packages in deploy.yml{_PROVISION}",
            (_package_is_known, *_NO_PROGRAM),
        ),
        Rule(
            f"unknown-program-missing{how}",
            (Clue("said", pattern),),
            "the host lacks the program '{program}'",
            "Find its Debian package (apt-file search bin/{program}), add that to host.packages in "
            f"deploy.yml{_PROVISION}",
            _NO_PROGRAM,
        ),
    )
)
RULES: tuple[Rule, ...] = (*_LIBRARIES, *_PROGRAMS)
