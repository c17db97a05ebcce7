"""Locks requirements without hashes for a Python, in a file that the app's owner commits."""

import os
from collections.abc import Mapping

from understudy.config.app import App
from understudy.errors import ConfigError, Refused
from understudy.host import all_hosts, session
from understudy.job import Job
from understudy.local.atomic_write import atomic_write
from understudy.release import index_login
from understudy.release.commit_tree import CommitTree
from understudy.release.locks import unlocked
from understudy.release.locks.requirements import Requirements
from understudy.release.source import Source
from understudy.report.events import Report


def write(job: Job, source: Source, missing: unlocked.NotLocked) -> None:
    """Writes the lock beside the requirements, in the app's work tree. Raises as made()."""
    path, text = made(job, source, missing)
    atomic_write(source.repository / path, text)
    job.report.say(f"  written: {_shown(source, path)}; commit it")


def planned(job: Job, source: Source, missing: unlocked.NotLocked) -> Mapping[str, str]:
    """The lock that write() would write, by its path. Raises as made(), and Refused where a deploy would refuse
    the lock because it is not committed.
    """
    path = unlocked.path(missing.requirements)
    if not job.is_disposable:
        raise Refused(
            missing.summary,
            hint=f"A deploy would write {_shown(source, path)} and end: it is to be committed first.",
        )
    lock = dict([made(job, source, missing)])
    job.report.say(f"  a deploy would write it to {_shown(source, path)}, to be committed")
    return lock


def made(job: Job, source: Source, missing: unlocked.NotLocked) -> tuple[str, str]:
    """The lock's path, from the repository's top, and its text.

    Raises ConfigError for a copy of a git URL, which has no work tree.
    """
    requirements = missing.requirements
    path = unlocked.path(requirements)
    with session.connected(all_hosts.jobs(job)[0]) as (_, observed):
        python = observed.exact_python or observed.python
    if not (source.repository / ".git").exists():
        raise ConfigError(
            missing.summary,
            hint=f"uv {' '.join(unlocked.command(requirements, python))}; then commit it.",
        )
    tree = CommitTree(source.repository, source.commit)
    return path, compile_lock(job.report, job.config.app, tree, requirements, python)


def compile_lock(
    report: Report, app: App, tree: CommitTree, requirements: Requirements, python: str
) -> str:
    """The text of a lock for that Python and newer ones. Raises StepFailed or Unreachable."""
    # Most deploys find a lock.
    from understudy.release.locks import compiled

    login = index_login.logged_in(app.index_secrets)
    with report.step(f"lock {', '.join(requirements.given)} for Python {python}"), login:
        old = tree.on_disk(unlocked.path(requirements))
        return compiled.compile_lock(tree, requirements, python, old)


def refuse_uncommitted(job: Job, source: Source) -> None:
    """Raises Refused if the target is not disposable and git does not have the lock; else warns."""
    if not source.uncommitted_lock:
        return
    path = _shown(source, source.uncommitted_lock)
    if not job.is_disposable:
        raise Refused(
            f"the lock {path} is not committed, so another deploy could install different things",
            hint=f"Check it, then: git -C {source.repository} add {source.uncommitted_lock}, and commit it.",
        )
    job.report.warn(f"{path} is not committed: other targets than this one refuse that")


def _shown(source: Source, path: str) -> str:
    """From where the user is."""
    return os.path.relpath(source.repository / path)
