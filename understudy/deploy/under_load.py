"""A release goes live while the prober sends requests: none of them may be lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from understudy.commands import files, site
from understudy.config.app import App
from understudy.config.web_ports import HTTP, HTTPS
from understudy.deploy.desired import DesiredState, installed_nginx
from understudy.deploy.going_live import GoingLive
from understudy.deploy.load import OnApplied
from understudy.deploy.tasks_under_load import counted_tasks
from understudy.deploy.went_live import Requests
from understudy.errors import StepFailed
from understudy.host.actions import Action, Switch
from understudy.host.facts import ObservedState
from understudy.job import Job
from understudy.release.layout import Paths
from understudy.ssh.connection import SshConnection
from understudy.ssh.port_forward import forward
from understudy.traffic.client import Endpoint
from understudy.traffic.handshake import refusal
from understudy.traffic.prober import MOST_UNANSWERED, Prober, seconds_for_a_page
from understudy.traffic.samples import AfterSwitch, ProbePaths, affordable_rate, as_json

STATIC_FILES = 3
# The only worker class that does not add the release's id to its answers: templates/gunicorn.conf.py.
NAMELESS = "tornado"


@contextmanager
def under_load(
    job: Job,
    connection: SshConnection,
    desired: DesiredState,
    observed: ObservedState,
    going: GoingLive,
) -> Iterator[OnApplied]:
    """Sends requests until the end of the block, and notes how many were lost. Raises StepFailed for tasks.

    Waits for the old release to end, since it still answers requests that it got before the switch.
    """
    if obstacle := _obstacle(job, desired, observed):
        job.report.say(f"{obstacle}: no traffic is sent")
        yield going.note
        return
    with (
        counted_tasks(job, connection, observed.current or ""),
        _requests(job, connection, desired, observed, going) as on_applied,
    ):
        yield on_applied


@contextmanager
def _requests(
    job: Job,
    connection: SshConnection,
    desired: DesiredState,
    observed: ObservedState,
    going: GoingLive,
) -> Iterator[OnApplied]:
    domain = desired.target.domain
    with _endpoint(job, connection) as endpoint:
        rate = affordable_rate(seconds_for_a_page(endpoint, domain, desired.app.health_path))
        static = static_files(connection, desired.app, desired.paths)
        paths = ProbePaths(desired.app.health_path, static, desired.app.websocket_path)
        prober = Prober(endpoint, domain, paths, rate)

        def on_applied(action: Action, output: str) -> None:
            going.note(action, output)
            if isinstance(action, Switch):
                prober.switched(_after_switch(connection, desired, observed))

        with prober:
            yield on_applied
            for old in sorted(observed.running - {desired.release.id}):
                connection.run(site.stop(desired.app.name, old))
            summary = prober.stop()
    probe = as_json(desired.release.id, summary, prober.samples, prober.switched_at)
    job.report.attach("probes", [{**probe, "host": job.address} if job.address else probe])
    # Where a proxy is in front, its table is the one that counts: deploy/through_proxies.py.
    is_short = job.target.is_behind_proxy and not summary.failures
    job.report.say(summary.total() if is_short else summary.text())
    if prober.unsent:
        job.report.say(
            f"{prober.unsent} more were due and not sent: {MOST_UNANSWERED} others had no answer yet"
        )
    going.requests = Requests(summary.sent, summary.failures)
    if summary.failures:
        going.failure = StepFailed(
            f"{summary.failures} of {summary.sent} requests were lost while {desired.release.id} "
            f"went live on {job.target_name}",
            details=summary.text(),
            hint=f"python deploy.py logs --target {job.target_name} shows what the app and nginx "
            "logged at that time.",
        )


def _obstacle(job: Job, desired: DesiredState, observed: ObservedState) -> str:
    """Why visitors get no page now, so that no request can be lost."""
    if not job.target.is_web:
        return f"{job.target.address} has no visitors"
    if observed.current not in observed.running:
        return "no release is live yet"
    if job.target.ends_tls and "ssl_certificate " not in installed_nginx(desired, observed):
        return "the site has no HTTPS yet"
    if job.target.probe == "public" and observed.maintenance:
        return "maintenance is on"
    return ""


@contextmanager
def site_and_prober(
    job: Job, connection: SshConnection, static: tuple[str, ...] = ()
) -> Iterator[tuple[Endpoint, Prober]]:
    """Where the job's site accepts connections, and a prober of its health page that is not started yet.

    static: URL paths of files to request as well.
    """
    domain, path = job.target.domain, job.config.app.health_path
    with _endpoint(job, connection) as endpoint:
        rate = affordable_rate(seconds_for_a_page(endpoint, domain, path))
        yield endpoint, Prober(endpoint, domain, ProbePaths(path, static), rate)


@contextmanager
def _endpoint(job: Job, connection: SshConnection) -> Iterator[Endpoint]:
    """Through the deploying connection, or straight to the public address: `probe` in deploy.yml."""
    target = job.target
    tls = target.ends_tls
    port = HTTPS if tls else HTTP
    if target.probe == "public":
        own = target.web_ports.of(port)
        yield _verified(job, Endpoint(target.address, own, tls, target.domain))
        return
    with forward(connection.transport, port) as local_port:
        yield _verified(job, Endpoint("127.0.0.1", local_port, tls, target.domain))


def _verified(job: Job, endpoint: Endpoint) -> Endpoint:
    """With the check of its certificate, as visitors' browsers do it, if it passes that now.

    One that is `certificate` in deploy.yml may be of a CA that only the visitors know: it is not checked,
    unless deploy.yml names the CA.
    """
    roots = job.target.acme.roots
    if not endpoint.tls or (job.target.https != "auto" and roots is None):
        return endpoint
    if roots and not roots.is_file():
        job.report.warn(
            f"acme.roots: there is no file {roots}. The traffic accepts any certificate"
        )
        return endpoint
    verified = replace(endpoint, verified=True, roots=roots)
    reason = refusal(verified)
    if reason:
        job.report.warn(
            f"browsers do not trust the certificate of {endpoint.server_name} on {job.target_name}: {reason}. "
            "The traffic accepts it, so that requests that this deploy loses are counted"
        )
    return endpoint if reason else verified


def _after_switch(
    connection: SshConnection, desired: DesiredState, observed: ObservedState
) -> AfterSwitch:
    """What the new release must answer. A release from before the live one may not have the WebSocket yet."""
    named = desired.app.worker_class != NAMELESS
    live = observed.release(observed.current)
    is_older = live is not None and desired.release.deployed_at < live.deployed_at
    return AfterSwitch(
        desired.release.id if named else None,
        static_files(connection, desired.app, desired.paths),
        not is_older,
    )


def static_files(connection: SshConnection, app: App, paths: Paths) -> tuple[str, ...]:
    """The URL paths of a few static files of the live release."""
    if app.static_url is None:
        return ()
    listing = files.some_files(paths.current / "static", STATIC_FILES)
    listed = connection.run(listing, user=app.name)
    return tuple(app.static_url + name for name in listed.output.splitlines())
