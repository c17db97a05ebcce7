"""What deploy.yml says of the lock: which files, and which of their extras and groups."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from understudy.config.app import App


@dataclass(frozen=True)
class Wanted:
    """prefix: the app's directory in the repository. files: app.requirements, empty to search for one.

    worker_class: gunicorn's. websockets: whether the app is known to have one.
    """

    prefix: str
    files: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    worker_class: str = "sync"
    websockets: bool = False

    @property
    def directories(self) -> tuple[PurePosixPath, ...]:
        """Where a lock may be: the app's directory and those above it, up to the repository's top."""
        app = PurePosixPath(self.prefix)
        return (app, *app.parents)


def of(app: App, prefix: str) -> Wanted:
    """prefix: as in Wanted."""
    return Wanted(
        prefix,
        app.requirements,
        app.extras,
        app.groups,
        app.worker_class,
        app.websocket_path is not None,
    )
