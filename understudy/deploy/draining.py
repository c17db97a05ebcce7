"""A web host is drained before something interrupts it, and gets requests again once it is healthy."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from understudy.commands import Argv, drained, haproxy
from understudy.commands.drained import BY_HAND, Mark
from understudy.commands.haproxy import Server
from understudy.config import topology
from understudy.config.target import TargetConfig
from understudy.deploy import still_healthy
from understudy.deploy.done import Drained
from understudy.errors import LoginRefused, Refused, StepFailed, UnderstudyError
from understudy.hooks import run
from understudy.hooks.event import Event
from understudy.host import session
from understudy.host.facts import ObservedState
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.release.layout import Paths
from understudy.ssh.connection import Connection, SshConnection

# For a proxy to see that a host is healthy: two checks, a second apart.
_SECONDS_TO_BE_SEEN = 15


@contextmanager
def drained_by(
    job: Job, connection: Connection, observed: ObservedState, verb: str
) -> Iterator[None]:
    """Around what interrupts a web host: it gets no requests meanwhile, and gets them again once it is healthy.
    After a failure it stays drained. Does nothing for a host without others beside it, or without a live
    release, and where neither a proxy of the target nor a hook takes it out; nor for one that gets no requests
    from any proxy because it is down, which may be what the change cures.

    connection: to the host, as any user who may become the site's. Raises Refused if too few others would be
    left, StepFailed if it does not come back healthy.
    """
    if observed.current is None or not job.target.may_be_drained:
        yield
        return
    with ExitStack() as stack:
        proxies = _proxies(job, stack)
        is_down = proxies and all(_is_down(job, one) for one in proxies)
        if is_down or (not proxies and not _has_hooks(job)):
            yield
            return
        before = _mark(job, connection)
        by_hand = before is not None and before.by_hand
        if not by_hand:
            _drain(job, connection, proxies, _new_mark(verb))
        with _saying_that_it_stays(job):
            yield
        if not by_hand:
            _put_back(job, connection, proxies)


@contextmanager
def _saying_that_it_stays(job: Job) -> Iterator[None]:
    """Around what leaves the host drained if it fails: the error says so, and how to put it back."""
    try:
        yield
    except UnderstudyError as error:
        error.hint = f"{error.hint} {_stays(job)}".strip()
        raise


def turn_on(job: Job) -> None:
    """Drains the host until turn_off(), unless a user has done so already. Raises as drained_by()."""
    with SshConnection(job.target, job.config.host.deployer) as connection, ExitStack() as stack:
        _require_others(job)
        proxies, mark = _proxies(job, stack), _mark(job, connection)
        already = mark is not None and mark.by_hand and all(_drains(job, one) for one in proxies)
        if not already:
            mark = _new_mark(BY_HAND)
            with session.recorded(connection, job, AuditEntry("drain", "on")):
                _drain(job, connection, proxies, mark)
    job.report.answer(_drained(job, mark, on=True, changed=not already))


def turn_off(job: Job) -> None:
    """Sends the host requests again, unless it is not drained. Raises as drained_by()."""
    with SshConnection(job.target, job.config.host.deployer) as connection, ExitStack() as stack:
        _require_others(job)
        proxies, mark = _proxies(job, stack), _mark(job, connection)
        is_drained = mark is not None or any(_drains(job, one) for one in proxies)
        if is_drained:
            with session.recorded(connection, job, AuditEntry("drain", "off")):
                _put_back(job, connection, proxies)
    job.report.answer(_drained(job, mark, on=False, changed=is_drained))


def _drained(job: Job, mark: Mark | None, *, on: bool, changed: bool) -> Drained:
    by, since = (mark.by, mark.since) if mark else ("", None)
    return Drained(job.target_name, job.target.address, on, changed, by, since)


def _new_mark(verb: str) -> Mark:
    return Mark(verb, session.who(), datetime.now(UTC))


def _drains(job: Job, proxy: "_Proxy") -> bool:
    return _own(job, proxy).is_drained


def _is_down(job: Job, proxy: "_Proxy") -> bool:
    own = _own(job, proxy)
    return not own.is_up and not own.is_drained


def _own(job: Job, proxy: "_Proxy") -> Server:
    """The job's host as that proxy sees it."""
    return next(one for one in proxy.servers() if one.address == _inside(job))


@dataclass(frozen=True)
class _Proxy:
    """A proxy that passes requests on to the job's host."""

    target: TargetConfig
    connection: Connection
    user: str
    paths: Paths

    def ask(self, argv: Argv, seconds: float = 0) -> tuple[Server, ...]:
        done = self.connection.run(argv, user=self.user, seconds=int(seconds) + 30)
        if not done.ok:
            raise StepFailed(
                f"HAProxy on {self.target.address} does not do what it is asked for",
                details=done.text,
                hint=f"On that host: sudo journalctl -u understudy-haproxy@{self.user} -n 50",
            )
        return haproxy.parse(done.output)

    def servers(self) -> tuple[Server, ...]:
        return self.ask(haproxy.servers(self.paths.haproxy_admin))

    def drain(self, address: str, seconds: int, mark: Mark) -> Server:
        """mark: for `status`. Without it the host is drained all the same."""
        [server] = self.ask(haproxy.drain(self.paths.haproxy_admin, address, seconds), seconds)
        note = drained.set_flag(self.paths.drained_host(address), mark)
        self.connection.run(note, user=self.user)
        return server

    def drain_again(self, address: str) -> None:
        self.ask(haproxy.drain(self.paths.haproxy_admin, address, 0))

    def put_back(self, address: str) -> Server:
        """Its note stays while it is not up: then it is drained again."""
        argv = haproxy.ready(self.paths.haproxy_admin, address, _SECONDS_TO_BE_SEEN)
        [server] = self.ask(argv, _SECONDS_TO_BE_SEEN)
        if server.is_up:
            note = drained.clear_flag(self.paths.drained_host(address))
            self.connection.run(note, user=self.user)
        return server


def _proxies(job: Job, stack: ExitStack) -> Sequence[_Proxy]:
    """Those that know the host by now: not one that is provisioned or deployed to for the first time."""
    found: list[_Proxy] = []
    app, paths = job.config.app.name, Paths(job.config.root)
    for target in job.target.proxies():
        try:
            connection = stack.enter_context(SshConnection(target, job.config.host.deployer))
        except LoginRefused:
            continue
        proxy = _Proxy(target, connection, app, paths)
        if connection.run(("test", "-e", str(paths.haproxy_file))).ok and any(
            server.address == _inside(job) for server in proxy.servers()
        ):
            found.append(proxy)
    return found


def _drain(job: Job, connection: Connection, proxies: Sequence[_Proxy], mark: Mark) -> None:
    """The proxies first: the flag is for other load balancers, and visitors may ask for that path, too."""
    for proxy in proxies:
        _refuse_too_few(job, proxy)
    for proxy in proxies:
        with job.report.step(f"drain {_inside(job)} on the proxy {proxy.target.address}"):
            server = proxy.drain(_inside(job), job.config.app.drain_timeout, mark)
        if server.sessions:
            job.report.warn(
                f"{server.sessions} requests or WebSockets to {_inside(job)} have not ended within "
                f"{job.config.app.drain_timeout} s (app.drain_timeout)"
            )
    _as_site(job, connection, drained.set_flag(_flag_file(job), mark))
    try:
        run.here(job, Event("before_drain"))
        run.on_host(job, connection, Event("before_drain"))
    except StepFailed:
        _send_requests(job, connection, proxies)
        raise


def _put_back(job: Job, connection: Connection, proxies: Sequence[_Proxy]) -> None:
    with _saying_that_it_stays(job):
        with job.report.step(f"check that {_inside(job)} is healthy"):
            still_healthy.require(job, connection, _inside(job))
        _send_requests(job, connection, proxies)
    run.on_host(job, connection, Event("after_drain"))
    run.here(job, Event("after_drain"))


def _send_requests(job: Job, connection: Connection, proxies: Sequence[_Proxy]) -> None:
    _as_site(job, connection, drained.clear_flag(_flag_file(job)))
    for proxy in proxies:
        with job.report.step(f"put {_inside(job)} back on the proxy {proxy.target.address}"):
            server = proxy.put_back(_inside(job))
            if server.is_up:
                continue
            proxy.drain_again(_inside(job))
            raise StepFailed(
                f"{job.target_name}: the proxy {proxy.target.address} does not see {_inside(job)} as healthy: "
                f"{server.status}",
                hint="Does the private network let it through to port 80?",
            )


def _refuse_too_few(job: Job, proxy: _Proxy) -> None:
    """Raises Refused if, with this one, more than max_unavailable would be drained, or none were left. One that
    gets no requests now is none of those that are left.
    """
    if not _own(job, proxy).is_up:
        return
    others = [server for server in proxy.servers() if server.address != _inside(job)]
    out = [server.address for server in others if server.is_drained]
    down = [server.address for server in others if not server.is_drained and not server.is_up]
    if len(out) >= job.target.max_unavailable:
        raise Refused(
            f"{job.target_name}: {_inside(job)} is not drained: {', '.join(out)} is, and max_unavailable is "
            f"{job.target.max_unavailable}",
            hint=f"`python deploy.py drain off --host {_address(job, out[0])} --target {job.target_name}` "
            "puts it back.",
        )
    if len(out) + len(down) == len(others):
        raise Refused(
            f"{job.target_name}: {_inside(job)} is not drained: no other web host would be left. Down: "
            f"{', '.join(down)}",
            hint=f"python deploy.py status --target {job.target_name} shows why.",
        )


def _require_others(job: Job) -> None:
    if not job.target.may_be_drained:
        raise Refused(
            f"{job.target_name}: {job.target.address} is not one of several web hosts of `hosts`",
            hint="`maintenance on` shows visitors a page meanwhile.",
        )


def _has_hooks(job: Job) -> bool:
    return bool(job.config.hooks.of("before_drain", job.target_name))


def _mark(job: Job, connection: Connection) -> Mark | None:
    flag = drained.read_flag(_flag_file(job))
    return drained.parse(connection.run(flag, user=job.config.app.name).output)


def _flag_file(job: Job) -> PurePosixPath:
    return Paths(job.config.root).drained


def _as_site(job: Job, connection: Connection, argv: Argv) -> None:
    done = connection.run(argv, user=job.config.app.name)
    if not done.ok:
        raise StepFailed(
            f"{job.target_name}: {_inside(job)} could not be marked as drained", details=done.text
        )


def _inside(job: Job) -> str:
    """The host's address for the proxies, and their name for it."""
    host = topology.of_host(job.target.host_list, job.target.address)
    return host.inside if host else job.target.address


def _address(job: Job, inside: str) -> str:
    """Of that host, as `--host` takes it."""
    return next((one.address for one in job.target.host_list if one.inside == inside), inside)


def _stays(job: Job) -> str:
    return (
        f"It stays drained: visitors get the other hosts. Once it is well: python deploy.py drain off --host "
        f"{job.target.address} --target {job.target_name}"
    )
