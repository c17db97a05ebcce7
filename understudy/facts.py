"""What is observed on a host: one query, one parser, one frozen value.

The query is a shell script that prints `key<TAB>value` lines. It starts no Python and needs no
root, so it costs about as much as a single command.
"""

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass

from understudy.commands import Argv, script
from understudy.errors import StepFailed
from understudy.release import Manifest

_QUERY = r"""
site=$1 root=/srv/$1
say() { printf '%s\t%s\n' "$1" "$2"; }
say stamp "$(cat "/etc/understudy/$site.provisioned" 2>/dev/null || true)"
say python "$(readlink -f /usr/bin/python3 2>/dev/null || true)"
say machine "$(uname -m)"
say os "$(. /etc/os-release; echo "$PRETTY_NAME")"
if [ -d "$root" ]; then
    say current "$(basename "$(readlink "$root/current" 2>/dev/null || true)")"
    for file in "$root"/releases/*/manifest.json; do [ ! -e "$file" ] || say release "$(cat "$file")"; done
    for file in "$root"/venvs/*/.complete; do [ ! -e "$file" ] || say venv "$(basename "${file%/*}")"; done
    for file in "$root"/cache/packages/*; do [ ! -e "$file" ] || say package "${file##*/}"; done
    for file in "/etc/nginx/sites-available/$site" "/etc/systemd/system/$site@.service" \
        "$root/current/environment" "$root/current/gunicorn.conf.py" "$root/current/run"; do
        if [ -e "$file" ]; then say file "$file$(printf '\t')$(base64 -w 0 "$file")"; fi
    done
    systemctl list-units --plain --no-legend --state=active,activating "$site@*" |
        while read -r unit _; do say unit "$unit"; done
    say nginx "$(systemctl is-active nginx || true)"
fi
say end ok
"""


@dataclass(frozen=True)
class Facts:
    """One host, as observed. files: path -> content. running: ids of releases with a live service."""

    stamp: str
    python: str
    machine: str
    os: str
    current: str | None
    releases: tuple[Manifest, ...]
    venvs: frozenset[str]
    packages: frozenset[str]
    files: Mapping[str, str]
    running: frozenset[str]
    nginx_active: bool

    def release(self, release_id: str | None) -> Manifest | None:
        """The complete release of that id, if it's there."""
        return next((release for release in self.releases if release.id == release_id), None)


def query(site: str) -> Argv:
    return script(_QUERY, site)


def parse(output: str) -> Facts:
    """Output of the query -> Facts. Raises StepFailed if it was cut off."""
    pairs = [line.split("\t", 1) for line in output.splitlines() if "\t" in line]
    if not pairs or pairs[-1][0] != "end":
        raise StepFailed("the host's facts came back cut off", details=output[-500:])

    def all_of(key: str) -> list[str]:
        return [value for name, value in pairs if name == key]

    def one(key: str) -> str:
        return next(iter(all_of(key)), "")

    version = re.search(r"python(\d+\.\d+)$", one("python"))
    return Facts(
        stamp=one("stamp"),
        python=version.group(1) if version else "",
        machine=one("machine"),
        os=one("os"),
        current=one("current") or None,
        releases=tuple(_manifest(text) for text in all_of("release")),
        venvs=frozenset(all_of("venv")),
        packages=frozenset(all_of("package")),
        files=dict(_file(text) for text in all_of("file")),
        running=frozenset(_instance(unit) for unit in all_of("unit")),
        nginx_active=one("nginx") == "active",
    )


def _manifest(text: str) -> Manifest:
    try:
        return Manifest(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise StepFailed(
            "a release on the host has a manifest.json that can't be read",
            details=f"{error}: {text[:500]}",
            hint="Another version of Understudy may have made it; if not, remove that release.",
        ) from None


def _file(text: str) -> tuple[str, str]:
    path, _, content = text.partition("\t")
    return path, b64decode(content).decode(errors="replace")


def _instance(unit: str) -> str:
    return unit.partition("@")[2].removesuffix(".service")
