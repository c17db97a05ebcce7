"""The prober at work while a release takes over: no request may be lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from understudy.commands import files, site
from understudy.deploy.desired import DesiredState
from understudy.errors import StepFailed
from understudy.host.actions import Action, Switch
from understudy.host.facts import ObservedState
from understudy.job import Job
from understudy.ssh.connection import SshConnection
from understudy.ssh.port_forward import forward
from understudy.traffic.prober import ProbePaths, Prober, PublicDoor, seconds_for_a_page
from understudy.traffic.samples import affordable_rate, as_json

STATIC_FILES = 3
# gunicorn's workers whose answers can be made to tell their release; see gunicorn.conf.py.
TELLS_RELEASE = ("sync", "gthread", "gevent", "eventlet")

Watch = Callable[[Action, str], None]


@contextmanager
def without_load(
    job: Job, connection: SshConnection, wanted: DesiredState, found: ObservedState
) -> Iterator[Watch]:
    yield lambda action, output: None


@contextmanager
def under_load(
    job: Job, connection: SshConnection, wanted: DesiredState, found: ObservedState
) -> Iterator[Watch]:
    """Sends requests until the end of the block. Raises StepFailed if any was lost."""
    if found.current not in found.running:
        job.report.say("nothing serves yet, so there is nothing to probe")
        yield lambda action, output: None
        return
    domain = wanted.target.domain
    with _door(job, connection) as door:
        rate = affordable_rate(seconds_for_a_page(door, domain, wanted.app.health_path))
        prober = Prober(door, domain, _paths(connection, wanted), rate)

        def tell(action: Action, output: str) -> None:
            if isinstance(action, Switch):
                told = action.release_id if wanted.app.worker_class in TELLS_RELEASE else None
                prober.switched(told, _static(connection, wanted))

        with prober:
            yield tell
            # Its last requests count, too.
            for old in sorted(found.running - {wanted.release.id}):
                connection.run(site.stop(wanted.app.name, old))
            summary = prober.stop()
    told = as_json(wanted.release.id, summary, prober.samples, prober.switched_at)
    job.report.attach("probes", [told])
    job.report.say(summary.text())
    if summary.failures:
        raise StepFailed(
            f"{summary.failures} of {summary.sent} requests were lost while the release took over",
            details=summary.text(),
            hint="python deploy.py logs tells what the app and nginx said at that time.",
        )


@contextmanager
def _door(job: Job, connection: SshConnection) -> Iterator[PublicDoor]:
    """Through the connection that deploys, or straight to the public address, as deploy.yml says."""
    target = job.target
    tls = target.certificate is not None
    port = 443 if tls else 80
    if target.probe == "public":
        yield PublicDoor(target.address, port, tls, target.domain)
        return
    with forward(connection.transport, port) as local:
        yield PublicDoor("127.0.0.1", local, tls, target.domain)


def _paths(connection: SshConnection, wanted: DesiredState) -> ProbePaths:
    return ProbePaths(wanted.app.health_path, _static(connection, wanted))


def _static(connection: SshConnection, wanted: DesiredState) -> tuple[str, ...]:
    """The URL paths of a few static files of what serves now."""
    if wanted.app.static_url is None:
        return ()
    listing = files.some_files(wanted.paths.current / "static", STATIC_FILES)
    found = connection.run(listing, user=wanted.app.name)
    return tuple(wanted.app.static_url + name for name in found.output.splitlines())
