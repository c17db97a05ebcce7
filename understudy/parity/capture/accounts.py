"""Sections about users, names and who may do what: what each line of the answer means."""

import re

from understudy.parity.capture.answer import Answer
from understudy.parity.capture.texts import by_file, effective
from understudy.parity.capture.value import Section


def users(answer: Answer) -> Section:
    """Each user's number, home and shell, and groups; each group's number. No password, no person's
    name.
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
    """Who may become whom. Words that sudo knows look like secrets, and there is none."""
    texts = {path: _rules(lines) for path, lines in by_file(answer.pairs("sudo")).items()}
    return {path: text for path, text in texts.items() if text}


def _rules(lines: list[str]) -> str:
    """To sudo `#1000` is a user and `#include` no comment."""
    return effective((line for line in lines if not re.match(r"\s*#(?!\d|include\s)", line)), "")


def hosts(answer: Answer) -> Section:
    """Names in /etc/hosts -> their addresses. The host's own name is its own."""
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
    """Names of variables -> the files that set them. Their values never left the host."""
    found: dict[str, set[str]] = {}
    for path, name in answer.pairs("environment"):
        found.setdefault(name, set()).add(path.removeprefix(f"/srv/{answer.site}/"))
    return {name: ", ".join(sorted(places)) for name, places in found.items()}
