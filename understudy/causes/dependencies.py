"""Python packages, and the lock file that names them."""

from collections.abc import Mapping

from understudy.causes.tracebacks import RAISED_BY
from understudy.diagnosis import Clue, Rule

_COMPILE = "uv pip compile --generate-hashes requirements.in -o requirements.txt"
_COMPILE_WITH = "uv pip compile {option} --generate-hashes requirements.in -o requirements.txt"
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

LOCK = (
    Rule(
        "lock-without-hashes",
        (Clue("said", r"^(?P<lock>\S+) is not locked with hashes"),),
        "{lock} has packages without a hash, so two deploys could install different things",
        "Lock again: uv pip compile --generate-hashes requirements.in -o {lock}",
    ),
    Rule(
        "lock-without-gunicorn",
        (Clue("said", r"^(?P<lock>\S+) has no gunicorn"),),
        "{lock} has no gunicorn, which serves the app on every host",
        "Add gunicorn to requirements.in, then: "
        "uv pip compile --generate-hashes requirements.in -o {lock}",
    ),
    Rule(
        "index-not-reached",
        (
            Clue("said", _NO_WHEELS),
            Clue(
                "said", "Failed to establish a new connection|Name or service not known|timed out"
            ),
        ),
        "the package index can't be reached from this machine",
        "Check the network, and the index and the proxy that pip is told to use (pip config list).",
    ),
    Rule(
        "lock-with-other-hashes",
        (
            Clue("said", "THESE PACKAGES DO NOT MATCH THE HASHES"),
            Clue("said", r"^ +(?P<package>[\w.-]+)==(?P<version>\S+) from "),
        ),
        "the hashes in the lock are not those of {package} {version}",
        f"Versions are not edited by hand. Lock again: {_COMPILE}",
    ),
    Rule(
        "package-for-newer-python",
        (
            Clue("said", _NO_WHEELS),
            Clue("said", _NO_MATCH),
            Clue("said", r"[ ;]{version} Requires-Python (?P<wanted>[^;\n]+)"),
        ),
        "{package} {version} needs Python {wanted}, and the host has {python}",
        "Lock for the host's Python: "
        + _COMPILE_WITH.replace("{option}", "--python-version {python}"),
    ),
    Rule(
        "package-without-wheel",
        (Clue("said", _NO_WHEELS), Clue("said", _NO_MATCH)),
        "{package} {version} can't be had as a wheel for the host's Python {python}",
        "Hosts build nothing. Lock a version or a package that has a wheel, "
        "or keep a wheel of it in an index of your own.",
    ),
    Rule(
        "locked-version-lacks-a-name",
        (
            Clue(
                "said",
                r"cannot import name '(?P<name>\w+)' from '(?P<package>\w+)[\w.]*' "
                r"\([^)\n]*/site-packages/",
            ),
            Clue("project", r"^locked {package} (?P<version>\S+)"),
        ),
        "{package} {version}, the locked version, has no '{name}'",
        "Lock the version that you use: "
        + _COMPILE_WITH.replace("{option}", "--upgrade-package {package}"),
    ),
    Rule(
        "locked-version-lacks-a-module",
        (
            Clue("said", r"No module named '(?P<package>\w+)\.(?P<name>[\w.]+)'"),
            Clue("project", r"^locked {package} (?P<version>\S+)"),
        ),
        "{package} {version}, the locked version, has no module '{name}'",
        "Lock the version that you use: "
        + _COMPILE_WITH.replace("{option}", "--upgrade-package {package}"),
    ),
)

PACKAGES = (
    Rule(
        "tool-of-the-developer",
        (Clue("said", rf"No module named '(?P<tool>{'|'.join(TOOLS)})'"),),
        "the settings switch on {tool}, a developer's tool that is not locked",
        "Have it in INSTALLED_APPS, MIDDLEWARE and the urls only if DEBUG is on.",
    ),
    *(
        Rule(
            f"package-not-locked-{name}",
            (Clue("said", f"No module named '{module}['.]"),),
            f"the package '{name}', imported as {module}, is not among the locked ones",
            f"Add {name} to requirements.in, then: {_COMPILE}",
        )
        for module, name in DISTRIBUTIONS.items()
    ),
    Rule(
        "package-wanted-and-not-locked",
        (Clue("said", _NO_MODULE), Clue("project", "^wanted {module}$")),
        "requirements.in asks for '{module}', and the lock is older than that",
        f"Lock again: {_COMPILE}",
    ),
    Rule(
        "package-not-locked",
        (Clue("said", RAISED_BY + _NO_MODULE),),
        "the package '{module}' is not among the locked ones, and {file} imports it",
        "Add {module} to requirements.in, then: " + _COMPILE,
    ),
    Rule(
        "package-of-a-package-not-locked",
        (Clue("said", _NO_MODULE),),
        "the package '{module}' is not among the locked ones",
        "Add {module} to requirements.in, then: " + _COMPILE,
    ),
)

RULES: tuple[Rule, ...] = (*LOCK, *PACKAGES)
