"""Whether the server of a site's database answers the app's user, as `status` asks its host."""

from collections.abc import Iterator

from understudy.commands import backups
from understudy.job import Job
from understudy.release.layout import Paths
from understudy.ssh.connection import Connection


def describe(job: Job, connection: Connection) -> Iterator[str]:
    """A line for a database that has a server."""
    app = job.config.app
    if app.database == "sqlite":
        return
    argv = backups.reach(app, Paths(job.config.root).backups)
    done = connection.run(argv, user=app.name, seconds=60)
    why = "" if done.ok else (done.text.splitlines() or ["it does not answer"])[-1]
    yield f"database ({app.database}): {f'TROUBLE: {why}' if why else 'ok'}"
