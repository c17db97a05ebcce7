"""The host's own check of nginx files, run on this machine before any host is asked."""

import re
import subprocess
import sys

from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.errors import ConfigError
from understudy.paths import Project
from understudy.release import render, snippets

# In provision/65-check-nginx.sh.
_CHECKER = re.compile(r"<<'CHECK'[^\n]*\n(.*?)^CHECK$", re.DOTALL | re.MULTILINE)
_HINT = (
    "A host installs only nginx files whose every line is on the list in provision/65-check-nginx.sh; "
    "docs/overrides.md names the directives."
)


def check(project: Project, config: Config, target: TargetConfig) -> None:
    """Raises ConfigError, with file and line, if a host would refuse a snippet or the whole nginx file."""
    checker = _checker(project)
    if checker is None:
        return
    for snippet in snippets.read(project.templates):
        if refused := _refusal(checker, config.app.name, snippet.text, "server"):
            raise ConfigError(f"{snippet.name}:{refused}", hint=_HINT)
    nginx, *_ = render.host_files(config, target, project.templates)
    if refused := _refusal(checker, config.app.name, nginx.content, "top"):
        line, _, why = refused.partition(": ")
        raise ConfigError(
            "the host would refuse the nginx file of templates/nginx.conf.j2",
            details=f"{why}\n{_lines_around(nginx.content, int(line))}",
            hint=_HINT,
        )


def _checker(project: Project) -> str | None:
    """Its program; None if a script of the project installs another one."""
    scripts = (part for part in project.provision_parts if part.name == "65-check-nginx.sh")
    found = _CHECKER.search("".join(script.read_text() for script in scripts))
    return found[1] if found else None


def _refusal(checker: str, site: str, text: str, context: str) -> str:
    """`LINE: why`, or "". context: of the directives outside of any block."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", checker, site, "/dev/stdin", context],
        input=text.encode(),
        capture_output=True,
    )
    refused = done.stderr.decode(errors="replace").strip()
    return refused.removeprefix("the nginx file, line ") if done.returncode else ""


def _lines_around(text: str, line: int) -> str:
    """The line as it was rendered, with its number, and two before and after it."""
    lines = list(enumerate(text.splitlines(), 1))[max(0, line - 3) : line + 2]
    return "\n".join(
        f"{'>' if number == line else ' '} {number:4} {shown}" for number, shown in lines
    )
