"""Sections about users, host names and rights: what each line of the output means."""

import re

from understudy.parity.capture.answer import Answer
from understudy.parity.capture.texts import by_file, effective
from understudy.parity.capture.value import Section


def users(answer: Answer) -> Section:
    """Number, home, shell and groups of each user; number of each group. No passwords, no people's
    names.
    """
    files = by_file(answer.pairs("users"))
    groups = [line.split(":") for line in files.get("/etc/group", []) if line.count(":") == 3]
    section = {f"group {name}": number for name, _, number, _ in groups}
    for line in files.get("/etc/passwd", []):
        if line.count(":") != 6:
            continue
        name, _, number, own, _, home, shell = line.split(":")
        member = [group for group, _, _, names in groups if name in names.split(",")]
        member += [group for group, _, number, _ in groups if number == own]
        section |= {
            f"{name}.number": number,
            f"{name}.home": f"{home} {shell}",
            f"{name}.groups": " ".join(sorted({*member})),
        }
    return section


def sudo(answer: Answer) -> Section:
    """Who may become whom. Nothing is masked: sudo's own words look like secrets, and none are."""
    texts = {path: _rules(lines) for path, lines in by_file(answer.pairs("sudo")).items()}
    return {path: text for path, text in texts.items() if text}


def _rules(lines: list[str]) -> str:
    """For sudo `#1000` is a user and `#include` is no comment: see sudoers(5)."""
    return effective((line for line in lines if not re.match(r"\s*#(?!\d|include\s)", line)), "")


def hosts(answer: Answer) -> Section:
    """Names in /etc/hosts -> their addresses, without the host's own name."""
    files = by_file(answer.pairs("hosts"))
    own = "".join(files.get("/proc/sys/kernel/hostname", []))
    found: dict[str, set[str]] = {}
    for line in files.get("/etc/hosts", []):
        address, *names = line.partition("#")[0].split() or [""]
        for name in names:
            if name.partition(".")[0] != own.partition(".")[0]:
                found.setdefault(name, set()).add(address)
    return {name: " ".join(sorted(addresses)) for name, addresses in found.items()}


def environment(answer: Answer) -> Section:
    """Names of variables -> the files that set them. Their values never leave the host."""
    found: dict[str, set[str]] = {}
    for path, name in answer.pairs("environment"):
        found.setdefault(name, set()).add(path.removeprefix(f"/srv/{answer.site}/"))
    return {name: ", ".join(sorted(places)) for name, places in found.items()}
