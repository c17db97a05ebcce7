"""Texts of configuration files as captures keep them: without comments and without secrets."""

import re
import shlex
from collections.abc import Iterable, Mapping

from understudy.report.masking import MASK

# A value: quoted in a string that is quoted itself, quoted, with a quote that never ends, or bare.
_WORD = (
    r"""(?:\\"(?:(?!\\").)*\\"|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S]|'')*'|["'].*|"""
    r"""(?:[^\s"';]|;(?=[^\s}]))+)"""
)
# A path or a variable refers to a secret and is none itself.
_NO_REFERENCE = r"(?!/|\$[A-Za-z_{(])"
_SAYS_SO = (
    r"passw(?:or)?d|passphrase|secret|token|(?<![a-z])credentials?|(?:api|auth)[_-]?key|"
    r"(?:private|access|secret)[_-]key|authorization|x-auth"
)
# Between a name and a value. A quoted value may be on the next line.
_IS = r"""\\?["']?(?:[ \t]*!?[=:~]+(?:\*(?=\s))?[ \t]*|(?:[ \t]|\\\n|\n(?=[ \t]+["']))+)"""
_NAMED = re.compile(
    rf"((?:(?:{_SAYS_SO}|cookie)(?:[_-](?:id|value|key|header|hash))?{_IS}|--pass\s+|"
    # These are parts of many words.
    r"(?<![a-z])(?:pass|pwd|auth|key|sig|signature)[ \t]*!?[=:][ \t]*)(?:(?:basic|bearer|token)\s+)?)"
    rf"{_NO_REFERENCE}{_WORD}",
    re.IGNORECASE,
)
_HEADER = re.compile(
    rf"""((?:authorization|cookie):[ \t]*){_NO_REFERENCE}[^"'\n]+""", re.IGNORECASE
)
_SCHEME = re.compile(r"\b((?:basic|bearer)\s+)[\w.~+/=-]{8,}", re.IGNORECASE)
# The keys of an nginx map, each on a line of its own.
_MAP = re.compile(
    rf"""(\bmap\s+["']?\$\w*(?:{_SAYS_SO}|key)[^{{;]*\{{)([\s\S]*?)(?=\}}\s*$)""",
    re.IGNORECASE | re.MULTILINE,
)
_URL = re.compile(r"""(://[^\s:/@]*:)(?!/|\d+/)[^\s"'<>]{1,300}@""")
_USER_OF_URL = re.compile(r"""(\bhttps?://)[^\s:/@"']+@""")
_UUID_IN_URL = re.compile(
    r"(://\S{0,300}?)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE
)
# Random text: long numbers, and upper and lower case mixed with digits.
_RANDOM = re.compile(
    r"\b(?:[0-9a-fA-F]{32,}|A[KS]IA[0-9A-Z]{16})\b|"
    r"(?<![A-Za-z0-9])(?<!sha\d{3}-)(?=[A-Za-z]*\d)(?=[a-z0-9]*[A-Z])(?=[A-Z0-9]*[a-z])[A-Za-z0-9]{20,}"
)
_SHORT_OPTION = re.compile(
    r"(\b(?:mysql|mariadb)\S*\s(?:.*\s)?-p|\bsshpass\s+-p\s*|\bredis-cli\s(?:.*\s)?-a\s+|"
    r"\s(?:-u|--user|--proxy-user)[\s=]*[^\s:]+:)"
    rf"(?!\s){_NO_REFERENCE}{_WORD}"
)
# With its continuation lines.
_ENVIRONMENT = re.compile(
    r"^\s*((?:Default|Manager)?Environment|SetCredential(?:Encrypted)?)\s*=((?:.*\\\n)*.*)$",
    re.MULTILINE,
)
_ASSIGNMENT = re.compile(r"^\s*([A-Za-z_]\w*)\s*=.*$", re.MULTILINE)
# What may be kept of a line in a file that is not world-readable. In nginx's files the first word of a
# line may be a key of a map, and so a secret; before a block it is none.
NAMES_OF_UNITS = re.compile(r"\[\w+\]|[A-Z]\w*\s*=")
NAMES_OF_NGINX = re.compile(r"\}|[a-z_]+ (?=[^;]*\{$)(?:\{$)?")
_CRONS = ("PATH", "SHELL", "HOME", "MAILTO", "CRON_TZ")


def without_secrets(text: str) -> str:
    """The text with `***` in place of values that are named as secrets or look like them."""
    text = _URL.sub(rf"\1{MASK}@", text)
    text = _USER_OF_URL.sub(rf"\1{MASK}@", text)
    text = _MAP.sub(lambda found: found[1] + re.sub(r"\S.*", MASK, found[2]), text)
    for pattern in (_HEADER, _NAMED, _SHORT_OPTION, _SCHEME, _UUID_IN_URL):
        text = pattern.sub(rf"\1{MASK}", text)
    return _RANDOM.sub(MASK, text)


def without_variables(text: str) -> str:
    """A unit with `***` in place of the values of its variables."""
    return _ENVIRONMENT.sub(lambda found: f"{found[1]}={_names(*found.groups())}", text)


def _names(setting: str, value: str) -> str:
    """Names in `A=1 "B=2 and more"`, or the one credential of a line: see systemd.exec(5)."""
    if setting.startswith("SetCredential"):
        return f"{value.partition(':')[0].strip()}={MASK}"
    try:
        words = shlex.split(value.replace("\\\n", " "))
    except ValueError:  # a quote that never ends
        return MASK
    return " ".join(
        f"{name}={MASK}" for name, equals, _ in (w.partition("=") for w in words) if equals
    )


def without_assignments(text: str) -> str:
    """A crontab with `***` in place of values, except for variables of cron itself: see crontab(5)."""
    return _ASSIGNMENT.sub(
        lambda found: found[0] if found[1] in _CRONS else f"{found[1]}={MASK}", text
    )


def effective(lines: Iterable[str], comments: str = "#") -> str:
    """The lines that have an effect: without comments and empty lines."""
    kept = (line.rstrip().expandtabs(4) for line in lines)
    return "\n".join(line for line in kept if line and line.lstrip()[0] not in comments)


def names_only(text: str, names: re.Pattern[str]) -> str:
    """The text with names of settings only, for files that are not world-readable."""
    lines = text.replace("\\\n", " ").split("\n")
    return "\n".join(_name_only(line, names) for line in lines)


def _name_only(line: str, names: re.Pattern[str]) -> str:
    word = line.lstrip()
    indent = line.removesuffix(word)
    if found := names.match(word):
        return indent + found[0] + ("" if found[0] == word else MASK)
    return indent + MASK if word else line


def by_file(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    """path, line -> path: lines."""
    files: dict[str, list[str]] = {}
    for path, line in pairs:
        files.setdefault(path, []).append(line)
    return files


def with_domain_placeholder(text: str, domain: str) -> str:
    """The text with `{domain}` in place of the site's domain, which differs on each target. Also in a regular
    expression, where its dots have backslashes.
    """
    domain = re.escape(domain).replace(r"\.", r"\\?\.")
    return re.sub(rf"(?<![\w-]){domain}(?![\w-]|\.\w)", "{domain}", text)
