"""The packages that an environment on a host is made of: downloaded or built on this machine."""

from collections.abc import Mapping
from pathlib import Path

from understudy.builds.build import Builder, Kind
from understudy.config import releases
from understudy.host.facts import ObservedState
from understudy.job import Job
from understudy.release import index_login, lock_file, wheels
from understudy.release.source import Source


def packages(
    job: Job, source: Source, observed: ObservedState, python: str
) -> tuple[Mapping[str, Path], Mapping[str, str]]:
    """Name -> archive of each package of the environment, and Shipment.libraries.

    python: the host's version, as exactly as it is known.
    """
    machine = observed.machine
    vm, build_packages = job.config.vm, job.config.app.build_packages
    same_family = releases.RELEASES[vm.release].family in observed.os.lower()
    mirror = vm.mirror if same_family else ""
    kind = Kind(observed.os, python, machine, build_packages, mirror)
    builder = Builder(job.project, job.report, kind)
    login = index_login.logged_in(job.config.app.index_secrets)
    with job.report.step("get the locked packages"), login:
        _report_added(job, source)
        found = wheels.packages(
            source.lock,
            python,
            machine,
            job.project.cache,
            source.repository,
            builder.build,
            job.report.progress,
        )
    return found, builder.libraries


def _report_added(job: Job, source: Source) -> None:
    """What serves the app and is not in its lock. Whenever an environment is made, not with each deploy."""
    lock = lock_file.parse(source.lock, "the lock file")
    if lock.added:
        pins = " and ".join(str(lock.pin(name)) for name in lock.added)
        job.report.say(f"  {pins} from Understudy's own lock: {lock.origin} has none")
