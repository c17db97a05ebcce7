"""A web host is drained before something interrupts it, and gets requests again once it is healthy."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath

from understudy.commands import Argv, drained, haproxy, http
from understudy.commands.haproxy import Server
from understudy.config import topology
from understudy.config.target import TargetConfig
from understudy.deploy.done import Drained
from understudy.errors import LoginRefused, Refused, StepFailed, UnderstudyError
from understudy.hooks import run
from understudy.hooks.event import Event
from understudy.host.facts import ObservedState
from understudy.job import Job
from understudy.release.layout import Paths
from understudy.ssh.connection import Connection, SshConnection

# The verb of a user, whose drain no other verb ends.
BY_HAND = "drain"
# For a host's services to be back, and for a proxy to see that: two checks, a second apart.
_SECONDS_TO_RECOVER = 60
_SECONDS_TO_BE_SEEN = 15


@contextmanager
def drained_by(
    job: Job, connection: Connection, observed: ObservedState, verb: str
) -> Iterator[None]:
    """Around what interrupts a web host: it gets no requests meanwhile, and gets them again once it is healthy.
    After a failure it stays drained. Does nothing for a host without others beside it, or without a live
    release, and where neither a proxy of the target nor a hook takes it out.

    connection: to the host, as any user who may become the site's. Raises Refused if too few others would be
    left, StepFailed if it does not come back healthy.
    """
    if observed.current is None or not job.target.may_be_drained:
        yield
        return
    with ExitStack() as stack:
        proxies = _proxies(job, stack)
        if not proxies and not _has_hooks(job):
            yield
            return
        by_hand = _flag(job, connection) == BY_HAND
        if not by_hand:
            _drain(job, connection, proxies, verb)
        try:
            yield
        except UnderstudyError as error:
            error.hint = f"{error.hint} {_stays(job)}".strip()
            raise
        if not by_hand:
            _put_back(job, connection, proxies)


def turn_on(job: Job) -> None:
    """Drains the host until turn_off(). Raises as drained_by()."""
    with SshConnection(job.target, job.config.host.deployer) as connection, ExitStack() as stack:
        _require_others(job)
        _drain(job, connection, _proxies(job, stack), BY_HAND)
    job.report.answer(Drained(job.target_name, job.target.address, on=True))


def turn_off(job: Job) -> None:
    """Sends the host requests again. Raises as drained_by()."""
    with SshConnection(job.target, job.config.host.deployer) as connection, ExitStack() as stack:
        _require_others(job)
        _put_back(job, connection, _proxies(job, stack))
    job.report.answer(Drained(job.target_name, job.target.address, on=False))


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

    def drain(self, address: str, seconds: int) -> Server:
        [server] = self.ask(haproxy.drain(self.paths.haproxy_admin, address, seconds), seconds)
        return server

    def put_back(self, address: str) -> Server:
        argv = haproxy.ready(self.paths.haproxy_admin, address, _SECONDS_TO_BE_SEEN)
        [server] = self.ask(argv, _SECONDS_TO_BE_SEEN)
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


def _drain(job: Job, connection: Connection, proxies: Sequence[_Proxy], verb: str) -> None:
    """The proxies first: the flag is for other load balancers, and visitors may ask for that path, too."""
    for proxy in proxies:
        _refuse_too_few(job, proxy)
    for proxy in proxies:
        with job.report.step(f"drain {_inside(job)} on the proxy {proxy.target.address}"):
            server = proxy.drain(_inside(job), job.config.app.drain_timeout)
        if server.sessions:
            job.report.warn(
                f"{server.sessions} requests or WebSockets to {_inside(job)} have not ended within "
                f"{job.config.app.drain_timeout} s (app.drain_timeout)"
            )
    _as_site(job, connection, drained.set_flag(_flag_file(job), verb))
    try:
        run.here(job, Event("before_drain"))
        run.on_host(job, connection, Event("before_drain"))
    except StepFailed:
        _send_requests(job, connection, proxies)
        raise


def _put_back(job: Job, connection: Connection, proxies: Sequence[_Proxy]) -> None:
    with job.report.step(f"check that {_inside(job)} is healthy"):
        _require_healthy(job, connection)
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
            proxy.drain(_inside(job), 0)
            raise StepFailed(
                f"{job.target_name}: the proxy {proxy.target.address} does not see {_inside(job)} as healthy: "
                f"{server.status}",
                hint=f"Does the private network let it through to port 80? {_stays(job)}",
            )


def _require_healthy(job: Job, connection: Connection) -> None:
    """Through its own nginx, which a change may have restarted."""
    url = f"{job.target.own_origin}{job.config.app.health_path}"
    argv = drained.await_health(http.get(url, address="127.0.0.1"), _SECONDS_TO_RECOVER)
    answer = connection.run(argv, seconds=_SECONDS_TO_RECOVER + 30)
    if not answer.ok:
        raise StepFailed(
            f"{job.target_name}: {_inside(job)} is not healthy after {_SECONDS_TO_RECOVER} s",
            details=answer.text[-2000:],
            hint=_stays(job),
        )


def _refuse_too_few(job: Job, proxy: _Proxy) -> None:
    """Raises Refused if, with this one, more than max_unavailable would be drained, or none were left."""
    others = [server for server in proxy.servers() if server.address != _inside(job)]
    out = [server.address for server in others if server.is_drained]
    down = [server.address for server in others if not server.is_drained and not server.is_up]
    if len(out) >= job.target.max_unavailable:
        raise Refused(
            f"{job.target_name}: {_inside(job)} is not drained: {', '.join(out)} is, and max_unavailable is "
            f"{job.target.max_unavailable}",
            hint=f"`python deploy.py drain off --host ADDRESS --target {job.target_name}` puts a host back.",
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


def _flag(job: Job, connection: Connection) -> str:
    return connection.run(
        drained.read_flag(_flag_file(job)), user=job.config.app.name
    ).output.strip()


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


def _stays(job: Job) -> str:
    return (
        f"It stays drained: visitors get the other hosts. Once it is well: python deploy.py drain off --host "
        f"{job.target.address} --target {job.target_name}"
    )
