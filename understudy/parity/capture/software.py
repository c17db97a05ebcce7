"""Sections about installed software and files: what each line of the output means."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from understudy.parity.capture.answer import Answer
from understudy.parity.capture.texts import (
    by_file,
    effective,
    with_domain_placeholder,
    without_secrets,
)
from understudy.parity.capture.value import UNREADABLE, Section
from understudy.report.masking import MASK

# Files that programs rewrite, create and remove.
_TRANSIENT = (
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
    # certbot numbers files with each certificate, and makes up names.
    *(f"/etc/letsencrypt/{name}/*" for name in ("accounts", "archive", "csr", "keys", "live")),
)
# Files that differ on each host, or that have a section of their own.
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
    """Packages that were installed by name, and not because another one needs them."""
    if why := answer.why_unreadable("packages"):
        return {UNREADABLE: why}
    automatic = {name for _, name in answer.pairs("manual")}
    return {name: "yes" for name in packages(answer) if name not in automatic}


def python(answer: Answer) -> Section:
    found = {name: path for name, path in answer.pairs("python") if "config" not in name}
    return found or {UNREADABLE: "no Python on this host"}


def postgresql(answer: Answer) -> Section:
    return _settings(answer, "postgresql")


def mariadb(answer: Answer) -> Section:
    return _settings(answer, "mariadb")


def _settings(answer: Answer, section: str) -> Section:
    pairs = (line.partition("\t") for _, line in answer.pairs(section))
    return {name: _setting(name, value) for name, _, value in pairs}


def _setting(name: str, value: str) -> str:
    # A command that prints the passphrase, or has it in its arguments.
    if name == "ssl_passphrase_command":
        return MASK
    return without_secrets(f"{name}={value}").removeprefix(f"{name}=")


def files(answer: Answer) -> Section:
    """Files in /etc and /usr/local/*bin that differ from their package's, by a part of their MD5; HAProxy's by
    their text.
    """
    if why := answer.why_unreadable("packages"):
        return {UNREADABLE: why}
    found = dict(_found(answer))
    shipped = dict(_shipped(answer))
    there = {path for _, path, _ in _modes(answer)}
    section = {}
    # Only root sees all files: to others a file may seem missing.
    if "root" in answer.lines("files"):
        section = {path: "removed" for path in shipped if path not in there}
    texts = dict(_texts(answer))
    for path, digest in found.items():
        if path not in shipped:
            section[path] = texts.get(path, digest[:12])
        elif shipped[path] != digest:
            section[path] = f"{digest[:12]}, changed"
    return section


def _texts(answer: Answer) -> Iterator[tuple[str, str]]:
    """Files of which the text is kept: HAProxy's, one for each site."""
    lines = (line for kind, line in answer.pairs("files") if kind == "text")
    parted = (line.partition("\t") for line in lines)
    for path, text in by_file((path, line) for path, _, line in parted).items():
        yield path, haproxy_text(text, answer.domain)


def haproxy_text(lines: Iterable[str], domain: str) -> str:
    return with_domain_placeholder(without_secrets(effective(lines)), domain)


def _found(answer: Answer) -> Iterator[tuple[str, str]]:
    for name, line in answer.pairs("files"):
        digest, _, path = line.partition("  ")
        if name == "found" and not _is_left_out(path):
            yield path, digest


def _shipped(answer: Answer) -> Iterator[tuple[str, str]]:
    """Paths and MD5 of files in /etc that packages ship; see conffiles in dpkg-query(1). Obsolete ones
    may be there or not.
    """
    for name, line in answer.pairs("packages"):
        digest, path, flag = (line.split("\t") + 2 * [""])[:3]
        if name == "shipped" and not flag and path.startswith("/etc/") and not _is_left_out(path):
            yield path, digest


def nginx_files(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """The files that nginx reads, from `nginx -T`, without the long list of MIME types."""
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
    """Mode and owner of files and directories, where these are not the usual ones."""
    return {
        path: what
        for kind, path, what in _modes(answer)
        if kind in _USUAL and what != _USUAL[kind] and not _OLD_LOG.search(path)
        if not _fits(path, _TRANSIENT)
    }


def world_readable(answer: Answer) -> set[str]:
    """Files that every user may read. A file of unknown mode is not among them."""
    rights = {path: (kind, int(what.split()[0][-1])) for kind, path, what in _modes(answer)}
    closed = {path for path, (kind, others) in rights.items() if kind == "d" and not others & 1}
    readable = {path for path, (kind, others) in rights.items() if kind == "f" and others & 4}
    return {path for path in readable if closed.isdisjoint(map(str, PurePosixPath(path).parents))}


def _modes(answer: Answer) -> Iterator[tuple[str, str, str]]:
    for line in answer.lines("modes"):
        kind, mode, owner, path = line.split(" ", 3)
        yield kind, path, f"{mode} {owner}"


def _is_left_out(path: str) -> bool:
    return _fits(path, (*_TRANSIENT, *_CONTENT_LEFT_OUT))


def _fits(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
