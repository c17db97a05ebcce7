"""Captures the state of a target's host, and keeps it as a file beside deploy.yml."""

from datetime import UTC, datetime
from pathlib import Path

from understudy.config.target import TargetConfig
from understudy.errors import ConfigError
from understudy.host import all_hosts, query_errors
from understudy.job import Job
from understudy.local.atomic_write import atomic_write
from understudy.parity import not_provisioned, other_release
from understudy.parity.capture import lockfile
from understudy.parity.capture.answer import where_it_ended
from understudy.parity.capture.captured import Captured
from understudy.parity.capture.parse import parse
from understudy.parity.capture.query import query
from understudy.parity.capture.value import Capture
from understudy.ssh.connection import SshConnection

# A healthy host needs a few seconds, a slow one under load more.
SECONDS = 180
_KNOWN = ("debian", "ubuntu")


def capture_all(job: Job) -> None:
    """Captures all hosts of the target, or the one that is chosen. Raises what capture() raises."""
    all_hosts.look(all_hosts.machines(job), lambda host: capture(host, name_of(host)))


def capture(job: Job, target: str) -> None:
    """Captures a target into its lock file, provision/<target>.lock.yml. Warns of unreadable sections, of
    another release than the staging VM's, and of a host that is not provisioned yet.

    Raises what take() raises, and StepFailed if the file can't be written.
    """
    found = take(job, target)
    for warning in warnings(job, target, found):
        job.report.warn(warning)
    path = lock_path(job, target)
    text = lockfile.dump(found, target)
    before = path.read_bytes() if path.exists() else None
    state = "unchanged" if before == text.encode() else "written" if before is None else "changed"
    if state != "unchanged":
        atomic_write(path, text)
    job.report.answer(Captured(target, str(shown_path(job, target)), state, found.sections))


def warnings(job: Job, target: str, found: Capture) -> list[str]:
    """What is of less use in a capture than a user may think, in sentences."""
    each = (
        module.warning(job.config, target, found) for module in (other_release, not_provisioned)
    )
    return [*filter(None, each)]


def take(job: Job, target: str) -> Capture:
    """The present state of a target's host. Changes nothing there.

    Raises ConfigError for an unknown target, Unreachable if there is no connection, StepFailed if the
    output is cut off or can't be parsed.
    """
    host = host_of(job, target)
    with (
        SshConnection(host, host.admin) as connection,
        job.report.step(f"capture {target}"),
    ):
        started_at = datetime.now(UTC).timestamp()
        done = connection.run(query(job.config.app.name), seconds=SECONDS)
        if not done.ok:
            shown = f"{where_it_ended(done.output)}\n{done.errors}".strip()
            raise query_errors.failed(f"the state of {target} ({host.address})", shown)
        found = parse(done.output, job.config.app.name, host.domain, started_at)
    _warn_of_gaps(job, target, found)
    return found


def _warn_of_gaps(job: Job, target: str, found: Capture) -> None:
    like = found.sections["os"].get("like", "")
    if not any(name in like.split() for name in _KNOWN):
        name = found.sections["os"].get("name", "an unknown system")
        job.report.warn(
            f"{target} runs {name}: Understudy supports Debian and Ubuntu, and captures what it can"
        )
    for section, why in found.unreadable.items():
        job.report.warn(f"{target}: {section} can't be read: {why}")


def host_of(job: Job, target: str) -> TargetConfig:
    """The host of a target. `target:address` names one of several; ConfigError if none is named."""
    name, _, address = target.partition(":")
    hosts = job.config.hosts(name, address or None)
    if len(hosts) > 1:
        raise ConfigError(
            f"{name} has {len(hosts)} hosts: one of them must be named",
            hint=f"Name one of: {', '.join(f'{name}:{host.address}' for host in hosts)}.",
        )
    return hosts[0]


def name_of(host: Job) -> str:
    """The name of a host's capture: its target, or `target:address` if the target has several hosts."""
    return f"{host.target_name}:{host.address}" if host.address else host.target_name


def lock_path(job: Job, target: str) -> Path:
    """The capture's file."""
    return job.directory / "provision" / f"{target.replace(':', '-')}.lock.yml"


def mirrored_target(job: Job) -> str:
    """The target whose capture the VM follows: vm.stands_for, or the first of its hosts with a capture."""
    name = job.config.vm.stands_for
    target = job.config.targets.get(name)
    several = target.hosts() if target and not target.address else ()
    hosts = [f"{name}:{host.address}" for host in several if host.address]
    captured = (one for one in (name, *hosts) if lock_path(job, one).exists())
    return next(captured, hosts[0] if hosts else name)


def load(job: Job, target: str) -> Capture:
    """The capture in a target's lock file. Raises ConfigError if it is missing or damaged."""
    path = lock_path(job, target)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(
            f"there is no capture of {target}: {shown_path(job, target)} is missing",
            hint=lockfile.command(target),
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{shown_path(job, target)} can't be read: {error}", hint=lockfile.restore_hint(target)
        ) from None
    return lockfile.load(text, shown_path(job, target), target)


def shown_path(job: Job, target: str) -> str:
    """The capture's file, relative to deploy.yml, for messages."""
    return lock_path(job, target).relative_to(job.directory).as_posix()
