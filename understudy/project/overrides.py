"""Files of a project that are used in place of Understudy's own: copied out by `eject`, checked before use."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import jinja2

from understudy import __version__
from understudy.config.model import Config
from understudy.errors import ConfigError, Refused
from understudy.local.atomic_write import atomic_write
from understudy.paths import Project
from understudy.project import nginx_check
from understudy.release import render

# The last line of a copy, as a comment of its language.
_NOTE = re.compile(r"copied from Understudy \S+, whose file has the digest ([0-9a-f]{12})\b")
_COMMENTS = {".j2": "{{# {} #}}", ".css": "/* {} */", ".js": "// {}"}
_COMMENT = "# {}"


@dataclass(frozen=True)
class Override:
    """name: such as `templates/nginx.conf.j2`. own, ours: the project's file and Understudy's."""

    name: str
    own: Path
    ours: Path

    @property
    def exists(self) -> bool:
        return self.own.is_file() and self.own != self.ours

    @property
    def is_outdated(self) -> bool:
        """Whether Understudy's file has changed since it was copied out. False if the copy notes no digest."""
        found = _NOTE.search(self.own.read_text())
        return found is not None and found[1] != digest(self.ours)


def digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()[:12]


def possible(project: Project) -> list[Override]:
    """All files that a project may override."""
    ours = (
        *sorted((project.resources / "provision").glob("[0-9]*.sh")),
        *sorted((project.resources / "templates").glob("*.*")),
    )
    names = (path.relative_to(project.resources).as_posix() for path in ours)
    return [Override(name, project.directory / name, project.resources / name) for name in names]


def added_scripts(project: Project) -> list[str]:
    """The project's provisioning scripts that run beside Understudy's."""
    ours = {one.name for one in possible(project)}
    own = (path for path in project.provision_parts if path.parent.parent == project.directory)
    return [name for path in own if (name := f"provision/{path.name}") not in ours]


def eject(project: Project, name: str) -> Path:
    """Copies Understudy's file of that name into the project. Returns the copy's path.

    name: with or without its folder. Raises ConfigError if there is none, Refused if the project has one.
    """
    found = [one for one in possible(project) if name in (one.name, one.ours.name)]
    if not found:
        raise ConfigError(
            f"Understudy has no file {name}", hint="python deploy.py eject lists the names."
        )
    [override] = found
    if override.own.exists():
        raise Refused(f"{override.name} is there already, and stays as it is")
    note = (
        f"copied from Understudy {__version__}, whose file has the digest {digest(override.ours)}"
    )
    comment = _COMMENTS.get(override.ours.suffix, _COMMENT).format(note)
    atomic_write(override.own, f"{override.ours.read_text()}{comment}\n")
    override.own.chmod(override.ours.stat().st_mode & 0o777)
    return override.own


def check(project: Project, config: Config, target_name: str) -> None:
    """Whether the project's own templates and scripts can be used for that target. No host is asked.

    Raises ConfigError, with file and line.
    """
    own = any(_own_files(project, "templates", "*"))
    if own or project.templates.files("nginx.d/*.conf"):
        target = config.target(target_name)
        render.host_files(config, target, project.templates)
        render.release_files(config, target, "-", project.templates)
        nginx_check.check(project, config, target)
    for file in _own_files(project, "templates", "*.j2"):
        _check_syntax(file)
    for file in _own_files(project, "provision", "[0-9]*.sh"):
        _check_shell(file)


def _own_files(project: Project, folder: str, pattern: str) -> Iterator[Path]:
    """Those of the project that are in use: a folder templates/ may have files of the app, too."""
    if project.directory.absolute() == project.resources:
        return
    names = {one.name for one in possible(project)}
    for path in sorted((project.directory / folder).glob(pattern)):
        if f"{folder}/{path.name}" in names or folder == "provision":
            yield path


def _check_syntax(file: Path) -> None:
    """Of a page's template, too, which is rendered only at the end of a run."""
    try:
        jinja2.Environment(autoescape=True).parse(file.read_text())
    except jinja2.TemplateSyntaxError as error:
        where = f"templates/{file.name}:{error.lineno}"
        raise ConfigError(f"{where} can't be rendered: {error.message}") from None


def _check_shell(file: Path) -> None:
    done = subprocess.run(["sh", "-n", file.name], cwd=file.parent, capture_output=True, text=True)
    if done.returncode:
        raise ConfigError(
            f"provision/{file.name} is no shell script",
            details=done.stderr.strip(),
            hint="It is run as a part of all scripts in provision/, by sh.",
        )
