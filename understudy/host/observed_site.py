"""From a host's facts to the lasting part of its status. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from understudy.config import topology
from understudy.config.model import Config
from understudy.config.overdue import DAYS_TO_WARN
from understudy.config.target import TargetConfig
from understudy.host import certificates, timers
from understudy.host.certificates import CertificateState, RenewalState
from understudy.host.facts import ObservedState
from understudy.host.processes import ObservedProcess
from understudy.host.readings import NOT_SET_UP
from understudy.host.site_status import (
    Certificate,
    Live,
    OldProcess,
    Process,
    Renewal,
    Site,
    Timer,
)
from understudy.host.timers import ObservedTimer
from understudy.release import maintenance
from understudy.release.layout import Paths
from understudy.release.processes import ReleaseProcess
from understudy.report.moments import moment


def of(config: Config, name: str, target: TargetConfig, observed: ObservedState) -> Site:
    """name: the target's. Without a live release only a proxy's certificate is known."""
    site, live = config.app.name, _live(target, observed)
    address, engine = str(target.address), config.app.database
    elsewhere = topology.backups_on(target.host_list, target.address)
    bare = Site(
        *(name, address, observed.os, target.origin, engine, live, target.roles),
        backups_on=elsewhere,
    )
    certificate = _certificate(found_certificate(site, target, observed), target)
    renewal = _renewal(observed.renewal) if target.asks_issuer else None
    if live is None:
        if certificate and not certificate.ends and not is_proxy_set_up(config, observed):
            certificate = replace(certificate, text=f"certificate: {NOT_SET_UP}")
        return replace(bare, certificate=certificate, renewal=renewal) if target.is_proxy else bare
    runs = observed.release_processes.get(live.id, ())
    return replace(
        bare,
        maintenance=maintenance.describe(observed.maintenance) if observed.maintenance else "",
        certificate=certificate,
        renewal=renewal,
        processes=tuple(_processes(observed.processes, live.id, runs)),
        old_processes=tuple(_old(observed.processes, live.id)),
        timers=tuple(_timer(name, timer) for timer in observed.timers),
    )


def is_proxy_set_up(config: Config, observed: ObservedState) -> bool:
    """Whether a deploy has brought HAProxy's file: provisioning doesn't."""
    return str(Paths(config.root).haproxy_file) in observed.files


def found_certificate(
    site: str, target: TargetConfig, observed: ObservedState
) -> CertificateState | None:
    """That of the site; None without HTTPS or visitors, and if it can't be read."""
    files = target.certificate_of(site)
    return observed.certificates.get(files.chain) if files else None


def _live(target: TargetConfig, observed: ObservedState) -> Live | None:
    release = observed.release(observed.current)
    if release is None:
        return None
    return Live(
        release.id,
        release.commit,
        release.subject,
        moment(datetime.fromisoformat(release.deployed_at)),
        release.deployed_by,
        running=not target.is_web or (release.id in observed.running and observed.nginx_active),
    )


def _certificate(found: CertificateState | None, target: TargetConfig) -> Certificate | None:
    """Of files that are not ours, nothing is known if the deployer can't read them."""
    by_issuer = target.asks_issuer
    if found is None and not by_issuer:
        return None
    text = certificates.describe(found, by_issuer=by_issuer)
    if found is None or found.problem:
        return Certificate(None, None, ok=False, text=text)
    ok = found.days >= DAYS_TO_WARN and not (by_issuer and found.self_signed)
    return Certificate(moment(found.ends), found.days, ok, text)


def _renewal(found: RenewalState | None) -> Renewal | None:
    if found is None:
        return None
    text = certificates.describe_renewal(found)
    return Renewal(_iso(found.ran), found.active and not found.failed, text)


def _processes(
    found: Iterable[ObservedProcess], live: str, runs: Iterable[ReleaseProcess]
) -> Iterator[Process]:
    of_live = [one for one in found if one.release == live]
    for one in runs:
        yield _process(one, [it for it in of_live if it.name == one.name])


def _process(one: ReleaseProcess, found: Sequence[ObservedProcess]) -> Process:
    states = Counter(it.state for it in found)
    return Process(
        one.name,
        one.count,
        states["running"],
        restarting=states["restarting"],
        starting=states["starting"],
        failed=states["failed"],
        failed_since=_iso(max(filter(None, (it.since for it in found)), default=None)),
    )


def _old(found: Iterable[ObservedProcess], live: str) -> Iterator[OldProcess]:
    """Those of other releases that have not ended yet."""
    counts = Counter(
        (one.name, one.release, one.state == "ending")
        for one in found
        if one.release != live and one.state != "failed"
    )
    for (name, release, ending), count in sorted(counts.items()):
        yield OldProcess(name, release, count, ending)


def _timer(target: str, timer: ObservedTimer) -> Timer:
    last = timer.last
    waits = timer.active or timer.running
    return Timer(
        timer.name,
        next=_iso(timer.next),
        last=_iso(last.ended if last else None),
        ok=not timer.live or (waits and not (last and last.failed)),
        text=timers.describe(target, timer),
    )


def _iso(time: datetime | None) -> str | None:
    return moment(time) if time else None
