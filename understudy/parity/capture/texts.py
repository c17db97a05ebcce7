"""Texts of configuration files, as they are kept: what has an effect, and no secret."""

import re
import shlex
from collections.abc import Iterable, Mapping

from understudy.report.masking import MASK

# A value: quoted in a string that is quoted itself, quoted, with a quote that never ends, or bare.
_WORD = (
    r"""(?:\\"(?:(?!\\").)*\\"|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S]|'')*'|["'].*|"""
    r"""(?:[^\s"';]|;(?=[^\s}]))+)"""
)
# A path is where a secret is, and none itself; a variable is neither.
_NO_REFERENCE = r"(?!/|\$[A-Za-z_{(])"
_SAYS_SO = (
    r"passw(?:or)?d|passphrase|secret|token|(?<![a-z])credentials?|(?:api|auth)[_-]?key|"
    r"(?:private|access|secret)[_-]key|authorization|x-auth"
)
# Between a name and a value. What is quoted may stand on the next line.
_IS = r"""\\?["']?(?:[ \t]*!?[=:~]+(?:\*(?=\s))?[ \t]*|(?:[ \t]|\\\n|\n(?=[ \t]+["']))+)"""
_NAMED = re.compile(
    rf"((?:(?:{_SAYS_SO}|cookie)(?:[_-](?:id|value|key|header|hash))?{_IS}|--pass\s+|"
    # These are part of many a word.
    r"(?<![a-z])(?:pass|pwd|auth|key|sig|signature)[ \t]*!?[=:][ \t]*)(?:(?:basic|bearer|token)\s+)?)"
    rf"{_NO_REFERENCE}{_WORD}",
    re.IGNORECASE,
)
_HEADER = re.compile(
    rf"""((?:authorization|cookie):[ \t]*){_NO_REFERENCE}[^"'\n]+""", re.IGNORECASE
)
_SCHEME = re.compile(r"\b((?:basic|bearer)\s+)[\w.~+/=-]{8,}", re.IGNORECASE)
# Which keys nginx's map knows: they stand on lines of their own.
_MAP = re.compile(
    rf"""(\bmap\s+["']?\$\w*(?:{_SAYS_SO}|key)[^{{;]*\{{)([\s\S]*?)(?=\}}\s*$)""",
    re.IGNORECASE | re.MULTILINE,
)
_URL = re.compile(r"""(://[^\s:/@]*:)(?!/|\d+/)[^\s"'<>]{1,300}@""")
_USER_OF_URL = re.compile(r"""(\bhttps?://)[^\s:/@"']+@""")
_UUID_IN_URL = re.compile(
    r"(://\S{0,300}?)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE
)
# What nobody would have written: long numbers, and letters of both sizes with numbers among them.
_MADE_BY_CHANCE = re.compile(
    r"\b(?:[0-9a-fA-F]{32,}|A[KS]IA[0-9A-Z]{16})\b|"
    r"(?<![A-Za-z0-9])(?<!sha\d{3}-)(?=[A-Za-z]*\d)(?=[a-z0-9]*[A-Z])(?=[A-Z0-9]*[a-z])[A-Za-z0-9]{20,}"
)
_SHORT_OPTION = re.compile(
    r"(\b(?:mysql|mariadb)\S*\s(?:.*\s)?-p|\bsshpass\s+-p\s*|\bredis-cli\s(?:.*\s)?-a\s+|"
    r"\s(?:-u|--user|--proxy-user)[\s=]*[^\s:]+:)"
    rf"(?!\s){_NO_REFERENCE}{_WORD}"
)
# With the lines that it goes on in.
_ENVIRONMENT = re.compile(
    r"^\s*((?:Default|Manager)?Environment|SetCredential(?:Encrypted)?)\s*=((?:.*\\\n)*.*)$",
    re.MULTILINE,
)
_ASSIGNMENT = re.compile(r"^\s*([A-Za-z_]\w*)\s*=.*$", re.MULTILINE)
# What may be told of a line in a file that not everybody may read. The first word of a line of
# nginx's may be a key of a map, and so a secret; in front of a block it's none.
NAMES_OF_UNITS = re.compile(r"\[\w+\]|[A-Z]\w*\s*=")
NAMES_OF_NGINX = re.compile(r"\}|[a-z_]+ (?=[^;]*\{$)(?:\{$)?")
_CRONS = ("PATH", "SHELL", "HOME", "MAILTO", "CRON_TZ")


def without_secrets(text: str) -> str:
    """The text with `***` for whatever stands where secrets do, or looks like one."""
    text = _URL.sub(rf"\1{MASK}@", text)
    text = _USER_OF_URL.sub(rf"\1{MASK}@", text)
    text = _MAP.sub(lambda found: found[1] + re.sub(r"\S.*", MASK, found[2]), text)
    for pattern in (_HEADER, _NAMED, _SHORT_OPTION, _SCHEME, _UUID_IN_URL):
        text = pattern.sub(rf"\1{MASK}", text)
    return _MADE_BY_CHANCE.sub(MASK, text)


def without_variables(text: str) -> str:
    """A unit with the names of the variables that it sets, and `***` for their values."""
    return _ENVIRONMENT.sub(lambda found: f"{found[1]}={_names(*found.groups())}", text)


def _names(setting: str, value: str) -> str:
    """Of systemd's A=1 "B=2 and more", and of the one credential that a line sets."""
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
    """A crontab with `***` for the values that it sets, but for those that cron itself knows."""
    return _ASSIGNMENT.sub(
        lambda found: found[0] if found[1] in _CRONS else f"{found[1]}={MASK}", text
    )


def effective(lines: Iterable[str], comments: str = "#") -> str:
    """Lines without comments and empty ones."""
    kept = (line.rstrip().expandtabs(4) for line in lines)
    return "\n".join(line for line in kept if line and line.lstrip()[0] not in comments)


def names_only(text: str, names: re.Pattern[str]) -> str:
    """Of a file that not everybody may read: which settings are in it, and not what they are."""
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


def with_domain_named(text: str, domain: str) -> str:
    """The site's own name is another on each target: `{domain}` stands for it."""
    return re.sub(rf"(?<![\w-]){re.escape(domain)}(?![\w-]|\.\w)", "{domain}", text)
