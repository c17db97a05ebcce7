"""The two sides of a comparison: hosts, each of which is read once, captures, and what the code describes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from understudy.config import roles, topology
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.host import all_hosts
from understudy.host.provisioning import of_project
from understudy.job import Job
from understudy.parity import capture_host
from understudy.parity.capture.value import Capture
from understudy.parity.drift import neighbours
from understudy.parity.drift.code import capture_of_code
from understudy.parity.drift.comparison import Side
from understudy.parity.drift.pairs import CAPTURE, CODE
from understudy.paths import Overlay
from understudy.release import proxy_files, render
from understudy.release.render import RenderedFile


class Sides:
    """A side is a target, `capture` or `code`; a host is `target`, or `target:address` of several."""

    def __init__(self, job: Job, names: Mapping[str, str] | None = None) -> None:
        """names: of the hosts beside each other, see neighbours.named()."""
        self._job, self._names = job, names or {}
        self._taken: dict[str, Capture] = {}

    def read(self, side: str, hosts: Collection[str]) -> None:
        """All these hosts at once; nothing if the side is none. Raises what capture_host.take() raises."""
        wanted = {*hosts} - self._taken.keys()
        if side in (CAPTURE, CODE) or not wanted:
            return
        if len(wanted) == 1:
            [host] = wanted
            self._taken[host] = capture_host.take(self._job, host)
            return
        whole = replace(self._job, target_name=side, address=None)
        found = {capture_host.name_of(one): one for one in all_hosts.machines(whole)}
        chosen = [found[host] for host in found if host in wanted]
        captures = all_hosts.look(
            chosen, lambda one: capture_host.take(one, capture_host.name_of(one))
        )
        self._taken |= zip(map(capture_host.name_of, chosen), captures, strict=True)

    def get(self, side: str, host: str, others: Collection[str] = ()) -> Side:
        """others: hosts of the same side that the other one plays as well."""
        return Side(
            side if side in (CAPTURE, CODE) else host,
            self._capture(side, host),
            partial=side == CODE,
            others={one: self._capture(side, one) for one in self._known(side, others)},
            has_database=not self._is_elsewhere(host),
        )

    def _is_elsewhere(self, host: str) -> bool:
        """The database."""
        target, _, address = host.partition(":")
        found = self._job.config.targets.get(target)
        return bool(found and topology.database_elsewhere(found.host_list, address))

    def has_capture(self, host: str) -> bool:
        return capture_host.lock_path(self._job, host).exists()

    def _known(self, side: str, hosts: Collection[str]) -> Collection[str]:
        if side == CODE:
            return ()
        return [one for one in hosts if side != CAPTURE or self.has_capture(one)]

    def _capture(self, side: str, host: str) -> Capture:
        if side == CODE:
            return _code(self._job, host)
        found = capture_host.load(self._job, host) if side == CAPTURE else self._taken[host]
        address = host.partition(":")[2]
        return neighbours.named(found, self._names, self._names.get(address, ""))


def _code(job: Job, name: str) -> Capture:
    host = capture_host.host_of(job, name)
    config = roles.of_host(job.config, host)
    provisioning = of_project(job.project, job.config, host)
    return capture_of_code(config, host, _files(config, host, job.project.templates), provisioning)


def _files(config: Config, host: TargetConfig, templates: Overlay) -> Sequence[RenderedFile]:
    """nginx's, and HAProxy's or systemd's, as a deploy would write them."""
    if host.is_proxy:
        return proxy_files.site_config(config, host, templates, answers_challenges=host.has_https)
    has_site = topology.has_site(host.host_list, host.address)
    seen = host if host.has_visitors else host.closed
    return render.host_files(config, seen, templates) if has_site else ()
