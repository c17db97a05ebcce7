"""templates/ -> the files of a release and of a host, as values.

An undefined name in a template is an error. Values from deploy.yml are checked by config/ and
quoted here for their place, so that none can end its line or its block.
"""

import shlex
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

import jinja2

from understudy.config import mail
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.errors import ConfigError
from understudy.paths import Overlay
from understudy.release import notifications, processes, services, snippets, static_files, timers
from understudy.release.environment import environment, quote_shell
from understudy.release.layout import CANDIDATE_ADDRESS, Paths

# commands.py and its parts.
PROGRAMS = (
    "commands.py",
    "understudy_django.py",
    "understudy_ending.py",
    "understudy_hosts.py",
    "understudy_old_code.py",
    "understudy_precompressed.py",
    "understudy_settings.py",
    "understudy_static.py",
)
# What nginx may answer by itself, with a page of templates/nginx-error.html.j2.
ERROR_STATUSES = (401, 403, 404, 413, 502, 503, 504)


@dataclass(frozen=True)
class RenderedFile:
    """A file for a host. mode: as in chmod(1)."""

    path: PurePosixPath
    content: str
    mode: int = 0o644


def release_files(
    config: Config, target: TargetConfig, release_id: str, templates: Overlay
) -> tuple[RenderedFile, ...]:
    """The files of one release, which the switch changes with it."""
    paths = Paths(config.root)
    directory = paths.release(release_id)
    values = _values(config, target, release_id)
    return (
        RenderedFile(directory / "environment", _render(templates, "environment.j2", values)),
        RenderedFile(
            directory / "gunicorn.conf.py", _render(templates, "gunicorn.conf.py.j2", values)
        ),
        *(RenderedFile(directory / name, _render(templates, name, values)) for name in PROGRAMS),
        *_error_pages(directory, templates, values),
        RenderedFile(directory / "run", _render(templates, "run.j2", values), 0o755),
        *_process_files(config, directory, templates, values),
        *_notify_files(config, target, directory, templates),
    )


def _process_files(
    config: Config, directory: PurePosixPath, templates: Overlay, values: Mapping[str, object]
) -> Iterator[RenderedFile]:
    if not (config.processes or config.timers):
        return
    yield RenderedFile(directory / processes.FILE, processes.as_text(config.processes))
    program = _render(templates, "process.j2", values)
    yield RenderedFile(directory / processes.PROGRAM, program, 0o755)
    if config.timers:
        yield RenderedFile(directory / timers.FILE, timers.as_text(config.timers))


def _notify_files(
    config: Config, target: TargetConfig, directory: PurePosixPath, templates: Overlay
) -> Iterator[RenderedFile]:
    if not config.notify.on_hosts():
        return
    program = _render(templates, notifications.PROGRAM, {})
    yield RenderedFile(directory / notifications.PROGRAM, program)
    settings = notifications.as_text(config, target)
    yield RenderedFile(directory / notifications.SETTINGS, settings)


def host_files(
    config: Config, target: TargetConfig, templates: Overlay
) -> tuple[RenderedFile, ...]:
    """The site config: the nginx and systemd files that all releases of the site share.

    The nginx file comes first, then the unit of the web process, then those of processes and timers.
    """
    return _host_files(config, target, templates, answers_challenges=target.ends_tls)


def release_units(
    config: Config, target: TargetConfig, templates: Overlay
) -> Iterator[RenderedFile]:
    """Those of host_files() that start processes of a release."""
    values = _host_values(config, target, templates, answers_challenges=target.ends_tls)
    units = _units(config, templates, values)
    return (file for file in units if file.path.name.endswith("@.service"))


def _host_files(
    config: Config, target: TargetConfig, templates: Overlay, *, answers_challenges: bool
) -> tuple[RenderedFile, ...]:
    values = _host_values(config, target, templates, answers_challenges=answers_challenges)
    nginx = _render(templates, "nginx.conf.j2", values)
    return (
        RenderedFile(Paths(config.root).nginx_file, nginx),
        *_units(config, templates, values),
    )


def _host_values(
    config: Config, target: TargetConfig, templates: Overlay, *, answers_challenges: bool
) -> Mapping[str, object]:
    return {
        **_values(config, target, "-"),
        "candidate_address": CANDIDATE_ADDRESS,
        "snippets": snippets.read(templates),
        "answers_challenges": answers_challenges,
    }


def _units(
    config: Config, templates: Overlay, values: Mapping[str, object]
) -> Iterator[RenderedFile]:
    """That of the web process, those of processes, each a template with instances for each release, and of
    timers.
    """
    paths = Paths(config.root)
    yield RenderedFile(paths.unit_file, _render(templates, "app.service.j2", values))
    for name, process in config.processes.items():
        text = _render(
            templates, "process.service.j2", {**values, "name": name, "process": process}
        )
        yield RenderedFile(paths.unit(f"{name}@.service"), text)
    for name, timer in config.timers.items():
        for end, template in timers.templates(timer, notifies=config.notify.on_hosts()).items():
            text = _render(templates, template, {**values, "name": name, "timer": timer})
            yield RenderedFile(paths.unit(f"{name}{end}"), text)


def files_before_https(
    config: Config, target: TargetConfig, templates: Overlay
) -> tuple[RenderedFile, ...]:
    """host_files() of a site without HTTPS that answers the challenges of an issuer."""
    without = target.model_copy(update={"https": "off"})
    return _host_files(config, without, templates, answers_challenges=True)


def _error_pages(
    directory: PurePosixPath, templates: Overlay, values: Mapping[str, object]
) -> Iterator[RenderedFile]:
    """In the release, so that nginx can send them when the app is down."""
    for status in ERROR_STATUSES:
        page = _render(templates, "nginx-error.html.j2", {**values, "status": status})
        yield RenderedFile(directory / f"understudy-error-{status}.html", page)


def site_part(
    config: Config, target: TargetConfig, templates: Overlay, name: str, /, **more: object
) -> str:
    """A template of what all releases of the site share. more: further names in it."""
    return _render(templates, name, {**_values(config, target, "-"), **more})


def quote_nginx(value: object) -> str:
    """A value as one parameter of an nginx directive. Raises ConfigError if it can't be one."""
    text = str(value)
    if not text or any(character in text for character in "\"'\\;{}#$ \t\r\n"):
        raise ConfigError(f"{text!r} can't be a value in an nginx file")
    return text


def matching_hosts(names: Iterable[str]) -> str:
    """A regular expression of nginx for these host names: `*.` of a wildcard is any name below."""
    each = (quote_nginx(name).replace(".", r"\.").replace("*", ".+") for name in names)
    return f"^({'|'.join(each)})$"


def _values(config: Config, target: TargetConfig, release_id: str) -> dict[str, object]:
    paths = Paths(config.root)
    release = paths.release(release_id)
    return {
        "app": config.app,
        "target": target,
        # How the names of the site's own variables of nginx begin. No other site's begin so: see the checker.
        "own": f"${config.app.name.replace('-', '_')}__",
        "domain": target.domain,
        "domains": target.domains,
        "names": target.names,
        "other_names": target.other_names,
        "text_names": static_files.text_names(),
        "hashed_names": static_files.hashed_names(config.app),
        "copies": static_files.suffixes(config),
        "certificate": target.certificate_of(config.app.name),
        "environment": (given := environment(config, target, release_id)),
        "services": config.services,
        "database_login": paths.database_login if target.host_list else None,
        "after": services.needed_units(config),
        "processes": config.processes,
        "timers": config.timers,
        "notifies": config.notify.on_hosts(),
        "mail": mail.variables(config.app.name, given) if target.captures_mail else {},
        "error_statuses": ERROR_STATUSES,
        "paths": SimpleNamespace(
            root=paths.root,
            current=paths.current,
            candidate=paths.candidate,
            releases=paths.releases,
            release=release,
            source=release / "source",
            socket=paths.socket(release_id),
            hold=paths.hold(release_id),
            lock_pipe=paths.lock_pipe,
            database=paths.database,
            media=paths.media,
            maintenance_page=paths.maintenance_page,
            env=paths.env,
            services=paths.services,
            logins=paths.logins,
            drained=paths.drained,
            error_pages=paths.error_pages,
            haproxy_socket=paths.haproxy_socket,
        ),
    }


class _Loader(jinja2.FileSystemLoader):
    """A template that was found among ours is looked for again: the project may have got its own since
    (`rehearse --watch`). One that has not changed is not read again: several hosts need the same.
    """

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, file, is_same = super().get_source(environment, template)
        places = [Path(folder, template) for folder in self.searchpath]

        def is_up_to_date() -> bool:
            return is_same() and next(filter(Path.is_file, places), None) == Path(file)

        return source, file, is_up_to_date


@cache
def _jinja(templates: Overlay) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=_Loader(templates.folders),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - these are no web pages; each place has its own filter
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # Compiling a template takes longer than rendering it.
        bytecode_cache=jinja2.FileSystemBytecodeCache(),
    )
    made.filters |= {
        "nginx": quote_nginx,
        "matching_hosts": matching_hosts,
        "shell": quote_shell,
        "python": repr,
        "argv": shlex.join,
    }
    return made


def _render(templates: Overlay, name: str, values: Mapping[str, object]) -> str:
    try:
        return _jinja(templates).get_template(name).render(values)
    # What an expression in a template may raise, besides Jinja's own errors.
    except (
        jinja2.TemplateError,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        line = _line(error, str(templates.file(name)))
        where = f"templates/{name}" + (f":{line}" if line else "")
        raise ConfigError(f"{where} can't be rendered: {error}") from None


def _line(error: Exception, file: str) -> int | None:
    """Where in the template it was raised. Jinja puts the template's own lines into the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    reached = [frame.lineno for frame in frames if frame.filename == file]
    return getattr(error, "lineno", None) or (reached[-1] if reached else None)
