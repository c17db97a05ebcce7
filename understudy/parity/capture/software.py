"""Sections about what is installed: what each line of the answer means."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from understudy.parity.capture.answer import Answer
from understudy.parity.capture.texts import without_secrets
from understudy.parity.capture.value import UNREADABLE, Section
from understudy.report.masking import MASK

# Made anew by programs, now here and then there.
_COMES_AND_GOES = (
    *(
        "/etc/passwd-",
        "/etc/group-",
        "/etc/shadow-",
        "/etc/gshadow-",
        "/etc/subuid-",
        "/etc/subgid-",
    ),
    *("/etc/.pwd.lock", "/etc/.updated", "/etc/adjtime", "/etc/mtab", "/etc/ld.so.cache"),
    *("/etc/ssh/ssh_host_*", "*.dpkg-*", "*.ucf-*", "*~", "*/.#*", "/etc/.resolv.conf*"),
    # Numbers that grow with each certificate, and names that are made up.
    *(f"/etc/letsencrypt/{name}/*" for name in ("accounts", "archive", "csr", "keys", "live")),
)
# Each host's own by nature, or told of in a section of its own.
_CONTENT_LEFT_OUT = (
    *("/etc/machine-id", "/etc/hostname", "/etc/mailname", "/etc/hosts", "/etc/resolv.conf"),
    *("/etc/passwd", "/etc/group", "/etc/subuid", "/etc/subgid", "/etc/environment"),
    *("/etc/sudoers", "/etc/sudoers.d/*", "/etc/nginx/nginx.conf", "/etc/nginx/conf.d/*"),
    *("/etc/default/locale", "/etc/locale.conf", "/etc/timezone", "/etc/localtime"),
    *("/etc/security/limits.conf", "/etc/security/limits.d/*", "/etc/nginx/sites-enabled/*"),
    "/etc/ssl/certs/ssl-cert-snakeoil.pem",
)
_OLD_LOG = re.compile(r"\.log[.-]\d+(\.gz)?$")
_USUAL = {"f": "644 root:root", "d": "755 root:root"}


def packages(answer: Answer) -> Section:
    section = {}
    for kind, row in answer.pairs("packages"):
        want, state, name, version = (row.split("\t") + 3 * [""])[:4]
        if kind != "package" or state in ("config-files", "not-installed"):
            continue
        section[name] = " ".join(
            (version, *(["held"] if want == "hold" else []), *([state] * (state != "installed")))
        )
    return section


def manual(answer: Answer) -> Section:
    """Packages that somebody installed for their own sake, and not because another needs them."""
    if why := answer.why_unreadable("packages"):
        return {UNREADABLE: why}
    automatic = {name for _, name in answer.pairs("manual")}
    return {name: "yes" for name in packages(answer) if name not in automatic}


def python(answer: Answer) -> Section:
    found = {name: path for name, path in answer.pairs("python") if "config" not in name}
    return found or {UNREADABLE: "no Python on this host"}


def postgresql(answer: Answer) -> Section:
    pairs = (line.partition("\t") for _, line in answer.pairs("postgresql"))
    return {name: _setting(name, value) for name, _, value in pairs}


def _setting(name: str, value: str) -> str:
    # A command that says the word.
    if name == "ssl_passphrase_command":
        return MASK
    return without_secrets(f"{name}={value}").removeprefix(f"{name}=")


def files(answer: Answer) -> Section:
    """Files in /etc and /usr/local/*bin that aren't as a package ships them, by a part of their MD5."""
    if why := answer.why_unreadable("packages"):
        return {UNREADABLE: why}
    found = dict(_found(answer))
    shipped = dict(_shipped(answer))
    there = {path for _, path, _ in _modes(answer)}
    section = {}
    # Without root a file may only lie where nobody else may look.
    if "root" in answer.lines("files"):
        section = {path: "removed" for path in shipped if path not in there}
    for path, digest in found.items():
        if path not in shipped:
            section[path] = digest[:12]
        elif shipped[path] != digest:
            section[path] = f"{digest[:12]}, changed"
    return section


def _found(answer: Answer) -> Iterator[tuple[str, str]]:
    for name, line in answer.pairs("files"):
        digest, _, path = line.partition("  ")
        if name == "found" and not _is_left_out(path):
            yield path, digest


def _shipped(answer: Answer) -> Iterator[tuple[str, str]]:
    """Paths and digests that dpkg knows. What a package no longer ships may be there or not, and
    elsewhere than in /etc nobody has looked.
    """
    for name, line in answer.pairs("packages"):
        digest, path, flag = (line.split("\t") + 2 * [""])[:3]
        if name == "shipped" and not flag and path.startswith("/etc/") and not _is_left_out(path):
            yield path, digest


def nginx_files(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """The files that nginx reads, by `nginx -T`; without the long table that nobody edits."""
    texts: dict[str, list[str]] = {}
    lines: list[str] = []
    for _, line in answer.pairs("nginx"):
        begin = re.fullmatch(r"# configuration file (\S+):", line)
        if begin:
            lines = texts.setdefault(begin.group(1), [])
        else:
            lines.append(line)
    return ((path, lines) for path, lines in texts.items() if not path.endswith("/mime.types"))


def modes(answer: Answer) -> Section:
    """Rights and owners, where they aren't those that nearly all files have."""
    return {
        path: what
        for kind, path, what in _modes(answer)
        if kind in _USUAL and what != _USUAL[kind] and not _OLD_LOG.search(path)
        if not _fits(path, _COMES_AND_GOES)
    }


def for_everybody(answer: Answer) -> set[str]:
    """Files that anybody may read. Those whose rights, or whose directories', aren't known are none."""
    rights = {path: (kind, int(what.split()[0][-1])) for kind, path, what in _modes(answer)}
    closed = {path for path, (kind, others) in rights.items() if kind == "d" and not others & 1}
    readable = {path for path, (kind, others) in rights.items() if kind == "f" and others & 4}
    return {path for path in readable if closed.isdisjoint(map(str, PurePosixPath(path).parents))}


def _modes(answer: Answer) -> Iterator[tuple[str, str, str]]:
    for line in answer.lines("modes"):
        kind, mode, owner, path = line.split(" ", 3)
        yield kind, path, f"{mode} {owner}"


def _is_left_out(path: str) -> bool:
    return _fits(path, (*_COMES_AND_GOES, *_CONTENT_LEFT_OUT))


def _fits(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
