"""The files of a site in maintenance: its nginx file with the block of maintenance, and the page. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime

from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.paths import Overlay
from understudy.release import maintenance as blocks
from understudy.release import render
from understudy.release.layout import Paths
from understudy.release.maintenance import Maintenance
from understudy.release.render import RenderedFile

# Seconds until a visitor's next try, if no one said how long it takes.
_RETRY_AFTER = "600"


def with_maintenance(
    files: Iterable[RenderedFile],
    config: Config,
    target: TargetConfig,
    templates: Overlay,
    maintenance: Maintenance,
) -> tuple[RenderedFile, ...]:
    """The site config with maintenance on. Raises Refused if its nginx file has no place for it."""
    inside = block(config, target, templates, maintenance)
    return _with_nginx(files, lambda nginx: blocks.turned_on(nginx, maintenance, inside))


def without_maintenance(files: Iterable[RenderedFile]) -> tuple[RenderedFile, ...]:
    return _with_nginx(files, blocks.turned_off)


def _with_nginx(
    files: Iterable[RenderedFile], change: Callable[[str], str]
) -> tuple[RenderedFile, ...]:
    return tuple(
        replace(file, content=change(file.content)) if "nginx" in file.path.parts else file
        for file in files
    )


def block(
    config: Config, target: TargetConfig, templates: Overlay, maintenance: Maintenance
) -> str:
    """The directives that the nginx file has while maintenance is on."""
    until = _moment(maintenance)
    retry_after = format_datetime(until, usegmt=True) if until else _RETRY_AFTER
    return render.site_part(
        config,
        target,
        templates,
        "nginx-maintenance.j2",
        maintenance=maintenance,
        retry_after=retry_after,
    )


def page(
    config: Config, target: TargetConfig, templates: Overlay, maintenance: Maintenance
) -> RenderedFile:
    """What visitors see meanwhile."""
    until = _moment(maintenance)
    text = render.site_part(
        config,
        target,
        templates,
        "nginx-maintenance.html.j2",
        maintenance=maintenance,
        until=f"{until:%Y-%m-%d %H:%M} UTC" if until else "",
    )
    return RenderedFile(Paths(config.root).maintenance_page, text)


def _moment(maintenance: Maintenance) -> datetime | None:
    return datetime.fromisoformat(maintenance.until) if maintenance.until else None
