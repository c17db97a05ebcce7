"""A database that is managed elsewhere: reached before a deploy; what Understudy does not do for it. Pure."""

from understudy.commands import backups
from understudy.config.app import App
from understudy.deploy.desired import DesiredState
from understudy.errors import Refused
from understudy.host.actions import Run

_IS_NOT_OURS = (
    "docs/data.md lists which promises hold for which database, and how to restore by hand."
)


def reach(desired: DesiredState) -> list[Run]:
    """The first step of a deploy: nothing is changed if the new release could not reach its data."""
    app = desired.app
    if app.database != "external":
        return []
    return [
        Run(
            f"check that the host reaches the database of {app.database_url}",
            backups.reach(app, desired.paths.backups),
            app.name,
            seconds=60,
            hint_after=(
                ("is not set on this host", f"python deploy.py secrets set {app.database_url}"),
            ),
        )
    ]


def warnings(app: App) -> list[str]:
    """What no one should expect, in a sentence."""
    if app.database != "external":
        return []
    return [
        "database: external: Understudy restores no backup of it: no `restore`, no `rollback --with-data`, no "
        "`data pull`. Before a migration it is backed up if the host has its client and the login may read all "
        "(docs/data.md)"
    ]


def refuse_restore(app: App) -> None:
    """Raises Refused: its backups are not tried in a scratch database, and others may use its server."""
    if app.database == "external":
        raise Refused(
            "database: external: Understudy does not restore a database that is managed elsewhere",
            hint=_IS_NOT_OURS,
        )
