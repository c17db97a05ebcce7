"""A capture -> settings for the VM's kernel, and which of them the kernel refused."""

import re
from collections.abc import Iterator, Mapping

from understudy.commands import Argv, script
from understudy.parity.capture.value import Capture
from understudy.vm.mirror import left_out

# Not in /etc: captures read that, and the files would be differences themselves.
SYSCTL = "/usr/local/lib/sysctl.d/90-like-production.conf"
TMPFILES = "/usr/local/lib/tmpfiles.d/like-production.conf"
_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_-]+)+")
_HUGE_PAGES = "transparent_hugepage"

# One program for all settings: on a slow VM each program costs as much as the rest together.
_QUERY = r"""
cd /proc/sys
for path; do
    shift
    [ ! -r "$path" ] || set -- "$@" "$path"
done
awk '{ print FILENAME "\t" $0 }' /dev/null "$@"
"""


def wanted(capture: Capture) -> Mapping[str, str]:
    """Names of sysctls -> production's values, without those that a VM must not have."""
    return {
        key: " ".join(value.split())
        for key, value in capture.readable("sysctl").items()
        if _KEY.fullmatch(key) and value.strip() and not left_out.why(key, left_out.SYSCTL)
    }


def sysctl_file(settings: Mapping[str, str]) -> str:
    """With `-` in front a refused setting is no error: see sysctl.d(5)."""
    return "".join(f"-{key} = {value}\n" for key, value in sorted(settings.items()))


def huge_pages(capture: Capture) -> str:
    """They are no sysctl: a file of tmpfiles.d(5) sets them at each boot."""
    value = capture.readable("sysctl").get(_HUGE_PAGES, "")
    if not re.fullmatch(r"[a-z]+", value):
        return ""
    return f"w! /sys/kernel/mm/{_HUGE_PAGES}/enabled - - - - {value}\n"


def query(settings: Mapping[str, str]) -> Argv:
    """The command that prints what is in force of these."""
    return script(_QUERY, *(key.replace(".", "/") for key in settings))


def refused(settings: Mapping[str, str], output: str) -> Iterator[str]:
    """output: of query(). A sentence for each setting that is not in force."""
    rows = (line.partition("\t") for line in output.splitlines())
    there = {path.replace("/", "."): " ".join(value.split()) for path, _, value in rows}
    for key, value in settings.items():
        if key not in there:
            yield f"{key}: the VM's kernel has no such setting"
        elif there[key] != value:
            yield f"{key}: production has {value}, the VM's kernel has {there[key]}"
