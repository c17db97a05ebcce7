"""The commit of the app that a deploy ships: `app.source` and `app.revision` of deploy.yml."""

from contextlib import suppress

from understudy.deploy import new_lock
from understudy.errors import Refused, UnderstudyError
from understudy.job import Job
from understudy.release import source as sources
from understudy.release import source_checks, worktree
from understudy.release.locks.unlocked import NotLocked


def resolve(job: Job, found: sources.Source | None = None) -> sources.Source:
    """The commit, and its lock. Uncommitted changes are a warning, or Refused with `require_clean`.

    found: what check() has returned. Requirements without hashes are locked first, for the host's Python.
    Raises ConfigError if git does not have the commit, or if it has no usable lock; Refused if the lock is not
    committed, and the target is not disposable.
    """
    app, cache = job.config.app, job.project.cache / "git"
    try:
        source = sources.resolve_source(app, job.directory, cache, found)
    except NotLocked as missing:
        new_lock.write(job, found or sources.find_commit(app, job.directory, cache), missing)
        source = sources.resolve_source(app, job.directory, cache, found)
    return _accepted(job, source)


def planned(job: Job) -> sources.Source:
    """As check() and resolve(), for a plan: a lock that is still to be made is not written. Raises Refused
    where a deploy would write it and end.
    """
    app, cache, found = job.config.app, job.project.cache / "git", check(job)
    try:
        source = sources.resolve_source(app, job.directory, cache, found)
    except NotLocked as missing:
        source = sources.locked(app, cache, found, new_lock.planned(job, found, missing))
    return _accepted(job, source)


def _accepted(job: Job, source: sources.Source) -> sources.Source:
    new_lock.refuse_uncommitted(job, source)
    if job.config.target(job.target_name).require_clean:
        sources.refuse_if_dirty(source)
    else:
        _warn_of_uncommitted(job, source)
    return source


def _warn_of_uncommitted(job: Job, source: sources.Source) -> None:
    left, used = _uncommitted(job, source)
    if left:
        job.report.warn(
            f"uncommitted changes are not deployed (files: {len(left)}); "
            f"what is deployed is commit {source.commit[:12]}"
        )
    if used:
        job.report.warn(f"used as they are here, and not committed: {', '.join(used)}")


def _uncommitted(job: Job, source: sources.Source) -> tuple[list[str], list[str]]:
    """The files that no host gets, and those that count as they are: deploy.yml, and templates and scripts
    that the project has in place of Understudy's.
    """
    changed = [line[3:].strip('"') for line in source.not_deployed]
    if not changed:
        return [], []
    top = source.repository.resolve()
    files = (path.resolve() for path in (job.project.config_file, *job.project.host_inputs))
    here = {str(path.relative_to(top)) for path in files if path.is_relative_to(top)}
    return [one for one in changed if one not in here], [one for one in changed if one in here]


def check(job: Job) -> sources.Source:
    """Raises ConfigError for what cannot work, as git alone shows, and warns of what may not work.

    Connects to no host. Returns the commit, without its lock if that is still to be made.
    """
    app, cache = job.config.app, job.project.cache / "git"
    source = sources.find_commit(app, job.directory, cache)
    facts = worktree.committed(source)
    source_checks.refuse(app, facts, worktree.elsewhere(source))
    for warning in source_checks.warnings(app, facts):
        job.report.warn(warning)
    with suppress(NotLocked):
        return sources.resolve_source(app, job.directory, cache, source)
    return source


def report(job: Job, source: sources.Source) -> None:
    """The app and the commit that is deployed, for the record; its first commit is that of the run."""
    job.report.attach("app", job.config.app.name)
    described = sources.describe(source.repository, source.commit)
    job.report.attach("commits", [{**described, "uncommitted": len(_uncommitted(job, source)[0])}])


def report_known(job: Job, commit: str) -> None:
    """As report(), of a commit that is on a host: git may not have it here."""
    job.report.attach("app", job.config.app.name)
    try:
        source = sources.find_commit(
            job.at(commit).config.app, job.directory, job.project.cache / "git"
        )
        job.report.attach("commits", [sources.describe(source.repository, commit)])
    except UnderstudyError:
        job.report.attach("commits", [{"id": commit}])


def refuse_if_same(job: Job, commit: str) -> None:
    """Raises Refused if a deploy would ship that commit, ConfigError if git does not have it."""
    source = resolve(job)
    app = job.at(commit).config.app
    other = sources.resolve_source(app, job.directory, job.project.cache / "git")
    if other.commit == source.commit:
        raise Refused(
            f"it is the same commit, {commit[:12]}",
            hint="Commit a change: then it is deployed over what is live.",
        )
