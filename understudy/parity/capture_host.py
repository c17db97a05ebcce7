"""Captures what a target's host is like, and keeps it as a file beside deploy.yml."""

from datetime import UTC, datetime
from pathlib import Path

from understudy.config.target import TargetConfig
from understudy.errors import ConfigError
from understudy.host import query_errors
from understudy.job import Job
from understudy.local.atomic_write import atomic_write
from understudy.parity.capture import lockfile
from understudy.parity.capture.answer import how_far
from understudy.parity.capture.parse import parse
from understudy.parity.capture.query import query
from understudy.parity.capture.value import Capture
from understudy.ssh.connection import SshConnection

# A healthy host needs a few seconds, a slow one under load some more.
SECONDS = 180
_KNOWN = ("debian", "ubuntu")


def capture(job: Job, target: str) -> None:
    """Writes the lock file of a target. Warns of what could not be read."""
    found = take(job, target)
    path = lock_path(job, target)
    text = lockfile.dump(found, target)
    before = path.read_bytes() if path.exists() else None
    job.report.attach("capture", found.sections)
    if before == text.encode():
        job.report.say(f"{shown(job, target)} is as it was")
        return
    atomic_write(path, text)
    job.report.say(
        f"{shown(job, target)}: {'written' if before is None else 'changed, see git diff'}"
    )


def take(job: Job, target: str) -> Capture:
    """What that target's host is like just now. Nothing is changed there."""
    host = host_of(job, target)
    with (
        SshConnection(host, host.admin) as connection,
        job.report.step(f"capture {target}"),
    ):
        asked_at = datetime.now(UTC).timestamp()
        done = connection.run(query(job.config.app.name), seconds=SECONDS)
        if not done.ok:
            told = f"{how_far(done.output)}\n{done.errors}".strip()
            raise query_errors.failed(f"{target} ({host.address}): what it is like", told)
        found = parse(done.output, job.config.app.name, host.domain, asked_at)
    _warn(job, target, found)
    return found


def _warn(job: Job, target: str, found: Capture) -> None:
    like = found.sections["os"].get("like", "")
    if not any(name in like.split() for name in _KNOWN):
        name = found.sections["os"].get("name", "an unknown system")
        job.report.warn(
            f"{target} runs {name}: Understudy knows Debian and Ubuntu, and tells what it can"
        )
    for section, why in found.unreadable.items():
        job.report.warn(f"{target}: {section} can't be read: {why}")


def host_of(job: Job, target: str) -> TargetConfig:
    """The host of a target; of one with several, `target:address` is one. Raises ConfigError."""
    name, _, address = target.partition(":")
    hosts = job.config.hosts(name, address or None)
    if len(hosts) > 1:
        raise ConfigError(
            f"{name} has {len(hosts)} hosts, and this is about one",
            hint=f"Say which: {', '.join(f'{name}:{host.address}' for host in hosts)}.",
        )
    return hosts[0]


def name_of(host: Job) -> str:
    """What a host's capture is called: as its target, or `target:address` if that has several."""
    return f"{host.target_name}:{host.address}" if host.address else host.target_name


def lock_path(job: Job, target: str) -> Path:
    return job.directory / "provision" / f"{target.replace(':', '-')}.lock.yml"


def production(job: Job) -> str:
    """Whose capture stands for what the VM stands for: that target, or the first of its hosts that has one."""
    name = job.config.vm.stands_for
    target = job.config.targets.get(name)
    hosts = [f"{name}:{address}" for address in target.addresses] if target else []
    there = (one for one in (name, *hosts) if lock_path(job, one).exists())
    return next(there, hosts[0] if hosts else name)


def load(job: Job, target: str) -> Capture:
    """The capture that is kept. Raises ConfigError if there is none, or a damaged one."""
    path = lock_path(job, target)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(
            f"there is no capture of {target}: {shown(job, target)} is missing",
            hint=lockfile.command(target),
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{shown(job, target)} can't be read: {error}", hint=lockfile.mend(target)
        ) from None
    return lockfile.load(text, shown(job, target), target)


def shown(job: Job, target: str) -> str:
    """The capture's file, as a user names it."""
    return lock_path(job, target).relative_to(job.directory).as_posix()
