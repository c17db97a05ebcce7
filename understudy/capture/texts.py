"""Texts of configuration files, as they are kept: what has an effect, and no secret."""

import re
from collections.abc import Iterable, Mapping

from understudy.masking import MASK

_WORD = r"""(?:"[^"]*"|'[^']*'|[^\s"';]+)"""
# A name that says what it holds, and what it holds. A path is where a secret is, and none itself;
# a variable is neither.
_NAMED = re.compile(
    r"((?:passw(?:or)?d|passphrase|secret|token|credentials?|api[_-]?key|auth[_-]?key|(?:private|access|"
    r"secret)[_-]key|authorization|cookie|x-auth)(?:\s*!?[=:~]+\s*|\s+)(?:(?:basic|bearer)\s+)?)"
    rf"(?![/$]){_WORD}",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"\b((?:basic|bearer)\s+)[\w.~+/=-]{8,}", re.IGNORECASE)
_URL = re.compile(r"(://[^\s:/@]*:)[^\s@/]+@")
_HEX = re.compile(r"\b[0-9a-fA-F]{32,}\b")
_SHORT_OPTION = re.compile(
    r"(\b(?:mysql|mariadb)\S*\s(?:.*\s)?-p|\s(?:-u|--user)[\s=]*[^\s:]+:)(?![/$\s])\S+"
)
_ENVIRONMENT = re.compile(
    r"^\s*(Environment|SetCredential|SetCredentialEncrypted)\s*=(.*)$", re.MULTILINE
)
_ASSIGNMENT = re.compile(r"^\s*([A-Za-z_]\w*)\s*=.*$", re.MULTILINE)
_CRONS = ("PATH", "SHELL", "HOME", "MAILTO", "CRON_TZ")


def without_secrets(text: str) -> str:
    """The text with `***` for whatever stands where secrets do."""
    text = _URL.sub(rf"\1{MASK}@", text)
    text = _NAMED.sub(rf"\1{MASK}", text)
    text = _SHORT_OPTION.sub(rf"\1{MASK}", text)
    text = _SCHEME.sub(rf"\1{MASK}", text)
    return _HEX.sub(MASK, text)


def without_variables(text: str) -> str:
    """A unit with the names of the variables that it sets, and `***` for their values."""
    return _ENVIRONMENT.sub(lambda found: f"{found[1]}={_names(found[2])}", text)


def _names(assignments: str) -> str:
    """Of systemd's A=1 "B=2 and more"."""
    names = re.findall(r"""(?:^|\s)["']?([A-Za-z_][\w.-]*)[=:]""", assignments)
    return " ".join(f"{name}={MASK}" for name in names)


def without_assignments(text: str) -> str:
    """A crontab with `***` for the values that it sets, but for those that cron itself knows."""
    return _ASSIGNMENT.sub(
        lambda found: found[0] if found[1] in _CRONS else f"{found[1]}={MASK}", text
    )


def effective(lines: Iterable[str], comments: str = "#") -> str:
    """Lines without comments and empty ones."""
    kept = (line.rstrip().expandtabs(4) for line in lines)
    return "\n".join(line for line in kept if line and line.lstrip()[0] not in comments)


def first_words(text: str) -> str:
    """Of a file that not everybody may read: which settings are in it, and not what they are."""
    return "\n".join(map(_first_word, text.split("\n")))


def _first_word(line: str) -> str:
    """`[Service]`, `server {` and the like stay as they are."""
    if re.fullmatch(r"\s*(\[\w+\]|\w*\s*[{};]?)", line):
        return line
    return re.sub(r"^(\s*)([A-Za-z_]*).*", lambda found: _hidden(*found.groups()), line)


def _hidden(indent: str, word: str) -> str:
    return f"{indent}{word} {MASK}" if word else f"{indent}{MASK}"


def by_file(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    """path, line -> path: lines."""
    files: dict[str, list[str]] = {}
    for path, line in pairs:
        files.setdefault(path, []).append(line)
    return files


def with_domain_named(text: str, domain: str) -> str:
    """The site's own name is another on each target: `{domain}` stands for it."""
    return re.sub(rf"(?<![\w-]){re.escape(domain)}(?![\w-]|\.\w)", "{domain}", text)
