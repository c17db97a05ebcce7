"""What the app needs from the distribution: libraries and programs."""

from collections.abc import Mapping

from understudy.causes.tracebacks import STARTING_A_PROGRAM
from understudy.diagnosis import Clue, Rule

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
RULES: tuple[Rule, ...] = (
    *(
        Rule(
            f"library-missing-{package}",
            (Clue("said", _LIBRARY.replace(r"[\w.+-]+\.so[.\d]*", library.replace(".", r"\."))),),
            "the host lacks the system library {library}",
            f"Add {package} to host.packages in deploy.yml, and provision the hosts again.",
        )
        for library, package in LIBRARIES.items()
    ),
    Rule(
        "library-missing",
        (Clue("said", _LIBRARY),),
        "the host lacks the system library {library}",
        "Find its Debian package (apt-file search {library}), add that to host.packages in "
        "deploy.yml, and provision the hosts again.",
    ),
    *(
        Rule(
            f"program-missing-{program}",
            (Clue("said", _PROGRAM.replace(r"[^/'\n]+", program)),),
            "the host lacks the program '{program}'",
            f"Add {package} to host.packages in deploy.yml, and provision the hosts again.",
        )
        for program, package in PROGRAMS.items()
    ),
    Rule(
        "program-missing",
        (Clue("said", _PROGRAM),),
        "the host lacks the program '{program}'",
        "Find its Debian package (apt-file search bin/{program}), add that to host.packages in "
        "deploy.yml, and provision the hosts again.",
    ),
)
