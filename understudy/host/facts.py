"""What a host is like: the answer to facts_query.py, parsed to one frozen value. Pure."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import prod
from pathlib import PurePosixPath

from understudy.commands import answers
from understudy.errors import StepFailed
from understudy.host import certificates, processes, query_errors, timers
from understudy.host.certificates import CertificateState, RenewalState
from understudy.host.processes import ObservedProcess
from understudy.host.timers import ObservedTimer
from understudy.release import maintenance
from understudy.release.layout import Manifest
from understudy.release.maintenance import Maintenance
from understudy.release.processes import ReleaseProcess


@dataclass(frozen=True)
class ObservedState:
    """One host, as observed.

    stamp: of the provisioning that the host has had, "" without. python: its version, as "3.11";
    exact_python: as "3.11.2", "" if the host's packages don't show it.
    current: id of the live release. venvs: names of complete environments, which are those of locks.
    packages: names of packages in the cache. served: ids of releases that were live, by their file `served`;
    served_since: when each went live for the last time. secrets: a checksum that changes with them;
    secret_names: their names.
    free: bytes of disk. half_made: releases and environments that a killed deploy left. files: path -> text,
    of the site's configuration and of the live release. running: ids of releases with a live service.
    ending: ids of releases that only finish their requests. last_holder: who held the lock last, in the
    words of that deploy; "" if the lock is held now. other_sites: path -> text of other sites' nginx files.
    lost_name: the host's own name, if neither /etc/hosts nor a name server knows it. zstd: whether the host has
    that program. certificates: path -> those that all users can read, of `https: auto` and of the site's nginx
    file. acme_issuer: of `https: auto`, as Acme.issuer; acme_ca: its CA. renewal: None without certificates.
    processes: those of all releases besides the web process, unless they have ended. release_processes: what
    each release on the host is to run; a release that is missing here runs the web process alone. timers: those
    that are installed. now: lines for readings.parse(), if the host was asked for them.
    """

    stamp: str
    python: str
    machine: str
    os: str
    current: str | None
    releases: tuple[Manifest, ...]
    venvs: frozenset[str]
    packages: frozenset[str]
    served: frozenset[str]
    served_since: Mapping[str, datetime]
    secrets: str
    free: int
    half_made: frozenset[PurePosixPath]
    files: Mapping[str, str]
    running: frozenset[str]
    ending: frozenset[str]
    nginx_active: bool
    last_holder: str
    other_sites: Mapping[str, str] = field(default_factory=dict)
    lost_name: str = ""
    zstd: bool = False
    secret_names: frozenset[str] = frozenset()
    exact_python: str = ""
    certificates: Mapping[str, CertificateState] = field(default_factory=dict)
    acme_issuer: str = ""
    acme_ca: str = ""
    renewal: RenewalState | None = None
    processes: tuple[ObservedProcess, ...] = ()
    release_processes: Mapping[str, tuple[ReleaseProcess, ...]] = field(default_factory=dict)
    timers: tuple[ObservedTimer, ...] = ()
    now: tuple[str, ...] = ()

    @property
    def maintenance(self) -> Maintenance | None:
        """Whether the site's nginx file has maintenance on."""
        nginx = "".join(text for path, text in self.files.items() if path.startswith("/etc/nginx/"))
        return maintenance.find(nginx)

    def release(self, release_id: str | None) -> Manifest | None:
        """The complete release with that id, if there is one."""
        return next((release for release in self.releases if release.id == release_id), None)


def lasting(output: str) -> str:
    """Output of the query without what changes by itself: the free disk space, and all that readings.py reads.
    No plan depends on it.
    """
    return re.sub(r"^(?:free|now)\t.*\n", "", output, flags=re.MULTILINE)


def parse(output: str) -> ObservedState:
    """Output of the query -> ObservedState. Raises StepFailed if it was cut off or makes no sense."""
    values = _values(output)

    def one(key: str) -> str:
        return next(iter(values[key]), "")

    texts = _texts(values["line"])
    served = dict(pair for line in values["served"] for pair in _served(line))
    current = PurePosixPath(one("current")).name
    read = {
        path: certificates.parse_pem(texts.pop(path, ""), one("today"))
        for path in values["certificate"]
    }
    units = values["unit"]
    live_timers = "".join(text for path, text in texts.items() if path.endswith("/current/timers"))
    timer_records = _pop_below(texts, "/var/lib/understudy-timers/")
    run_by_releases = _pop_fitting(texts, r"/srv/[^/]+/releases/[^/]+/processes")
    python = answers.python(one("python"))
    return ObservedState(
        stamp="".join(_pop(texts, ".provisioned")).strip(),
        python=python,
        exact_python=answers.exact_python(python, one("python_package")),
        machine=answers.machine(one("machine")),
        os=_pretty_name("".join(_pop(texts, "/os-release"))),
        current=_release_id(current) if current else None,
        releases=tuple(_manifest(text) for text in _pop(texts, "/manifest.json")),
        venvs=answers.file_names(values["venv"]),
        packages=answers.file_names(values["package"]),
        served=frozenset(served),
        served_since=served,
        secrets=one("secrets"),
        free=_product(one("free")),
        half_made=answers.directories(values["half_made"]),
        running=_instances(units),
        ending=_instances(values["ending"]),
        nginx_active="nginx.service" in units,
        other_sites=_pop_below(texts, "/etc/nginx/sites-enabled/", "/etc/nginx/conf.d/"),
        lost_name=one("lost_name"),
        zstd=one("zstd") == "yes",
        secret_names=frozenset(values["secret"]),
        certificates=read,
        acme_issuer="".join(_pop(texts, "/issuer")).strip(),
        acme_ca="".join(_pop(texts, "/ca.pem")),
        renewal=certificates.parse_renewal(
            units=units,
            failed=values["failed"],
            ran=one("renewal_ran"),
            certificates=read,
        ),
        processes=processes.observed(values["process"]),
        release_processes=processes.of_releases(run_by_releases),
        timers=timers.observed(values["timer"], timer_records, live_timers),
        files=texts,
        last_holder=one("last_holder"),
        now=tuple(values["now"]),
    )


def _values(output: str) -> Mapping[str, list[str]]:
    """key -> its values, [] for a key that is missing."""
    pairs = [line.split("\t", 1) for line in output.split("\n") if "\t" in line]
    if not pairs or pairs[-1][0] != "end":
        raise query_errors.cut_off("the host's facts", output)
    values = defaultdict[str, list[str]](list)
    for key, value in pairs:
        values[key].append(value)
    return values


def _served(line: str) -> Iterator[tuple[str, datetime]]:
    """Release and since when it was live, of `seconds since the epoch<TAB>path`. Nothing for other lines."""
    if found := re.fullmatch(r"(\d{1,10})\t(.*)", line):
        yield PurePosixPath(found[2]).parent.name, datetime.fromtimestamp(int(found[1]), UTC)


def _texts(lines: list[str]) -> dict[str, str]:
    """path<TAB>line -> path: text. Each line ends with a line end, whether the file's last one does or not."""
    texts: dict[str, str] = {}
    for line in lines:
        path, _, text = line.partition("\t")
        texts[path] = texts.get(path, "") + text + "\n"
    return texts


def _pop(texts: dict[str, str], end: str) -> Iterator[str]:
    """Takes out the texts whose path has that end."""
    for path in [path for path in texts if path.endswith(end)]:
        yield texts.pop(path)


def _pop_below(texts: dict[str, str], *directories: str) -> dict[str, str]:
    """Takes out the texts of files in those directories."""
    return {path: texts.pop(path) for path in list(texts) if path.startswith(directories)}


def _pop_fitting(texts: dict[str, str], pattern: str) -> dict[str, str]:
    """Takes out the texts whose whole path the pattern matches."""
    return {path: texts.pop(path) for path in list(texts) if re.fullmatch(pattern, path)}


def _product(numbers: str) -> int:
    """Number and size of the free blocks -> bytes. 0 if they are not known."""
    return prod(map(int, numbers.split())) if re.fullmatch(r"\d{1,20} \d{1,20}", numbers) else 0


def _pretty_name(os_release: str) -> str:
    found = re.search(r'^PRETTY_NAME="?([^"\n]*)', os_release, re.MULTILINE)
    return found.group(1) if found else ""


def _manifest(text: str) -> Manifest:
    try:
        release = Manifest(**json.loads(text))
        datetime.fromisoformat(release.deployed_at)
    except (ValueError, TypeError, RecursionError) as error:
        raise StepFailed(
            "a release on the host has a manifest.json that can't be read",
            details=f"{error}: {text[:500]}",
            hint="Another version of Understudy may have written the file; if not, remove that release.",
        ) from None
    _release_id(release.id)
    answers.fitting("release's commit", release.commit, answers.COMMIT)
    answers.fitting("release's lock", release.lock, answers.LOCK)
    answers.fitting("release's deployer", release.deployed_by, re.compile(r".{0,200}"))
    answers.fitting("commit's subject", release.subject, re.compile(r".{0,200}"))
    return release


def _release_id(text: object) -> str:
    return answers.fitting("release's id", text, answers.RELEASE_ID)


def _instances(units: list[str]) -> frozenset[str]:
    """The ids of the releases whose units these are."""
    names = (unit.partition("@")[2].removesuffix(".service") for unit in units)
    return frozenset(name for name in names if answers.RELEASE_ID.fullmatch(name))
