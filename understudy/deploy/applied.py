"""Asks a host which migrations of Django its databases have."""

from understudy.commands import migrations
from understudy.deploy.desired import DesiredState
from understudy.ssh.connection import Connection


def applied(connection: Connection, desired: DesiredState) -> frozenset[str]:
    """`app name` of each; none without a database or without Django."""
    app = desired.app
    argv = migrations.applied(app.database, app.name, desired.paths.backups)
    return frozenset(connection.run(argv, user=app.name).output.splitlines())
