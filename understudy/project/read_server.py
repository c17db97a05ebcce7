"""Captures the production server for init: nothing is written, neither there nor here."""

import getpass
from dataclasses import dataclass, replace
from pathlib import Path

from understudy.config import model
from understudy.config.target import TargetConfig
from understudy.errors import ConfigError, LoginRefused
from understudy.job import Job
from understudy.parity import capture_host
from understudy.parity.capture import lockfile
from understudy.parity.capture.value import Capture
from understudy.paths import Project
from understudy.project import deploy_yml, production
from understudy.project.production import Login
from understudy.project.values import Deployment, Unknown
from understudy.report.events import Report

_TERMS = Unknown(
    "whether you agree to Let's Encrypt's terms, https://letsencrypt.org/repository/",
    "targets.production.acme.terms: true   (or https: off)",
    "targets.production.acme",
)


@dataclass(frozen=True)
class Reading:
    """deployment: with what the server adds. files: the capture's file, path -> text."""

    deployment: Deployment
    files: dict[str, str]


def read(directory: Path, found: Deployment, host: str, login: Login, report: Report) -> Reading:
    """host: [USER@]ADDRESS[:PORT]. login: to it. Raises ConfigError for another text, and what a capture
    raises.
    """
    server = production.server(host, getpass.getuser())
    if server is None:
        raise ConfigError(
            f"--capture {host}: this is no server",
            hint="For example: init --capture debian@192.0.2.7",
        )
    server = replace(server, login=login)
    name = found.app["name"].value
    guess = production.domain(None, server.address, name)
    capture = _take(directory, found.with_more(production.target(server, *guess)), report)
    known = production.domain(capture, server.address, name)
    others = production.www(capture, known[0])
    with_target = found.with_more(production.target(server, *known, others))
    if known[0] != guess[0]:
        # A capture leaves out the site's own domain.
        capture = _take(directory, with_target, report)
    notes = production.differing_python(found, capture)
    is_open = known[1].startswith(production.NOT_KNOWN)
    several = known[1].removeprefix(production.NOT_KNOWN)
    unknown = (
        (Unknown(f"the site's domain{several}", "targets.production.domain"),) if is_open else ()
    )
    if "https" in with_target.production:
        unknown = (*unknown, _TERMS)
    more = Deployment(notes=notes, unknown=unknown)
    whole = with_target.with_more(production.deployment(capture)).with_more(more)
    path = f"provision/{production.TARGET}.lock.yml"
    text = lockfile.dump(capture, production.TARGET)
    return Reading(whole.without("vm.release"), {path: text})


def _take(directory: Path, found: Deployment, report: Report) -> Capture:
    path = directory / "deploy.yml"
    config = model.parse(deploy_yml.text(found), path)
    job = Job(Project(directory, path), config, production.TARGET, report)
    try:
        return capture_host.take(job, production.TARGET)
    except LoginRefused as error:
        # There is no deploy.yml yet in which to set a key.
        raise replace(error, hint=_hint(job.target)) from None


def _hint(target: TargetConfig) -> str:
    key = f" -i {target.key}" if target.key else ""
    server = f"{target.admin}@{target.address}"
    port = "" if target.port == 22 else f":{target.port}"
    return (
        f"`ssh -p {target.port}{key} {server}` must work first. For another key than those of your agent, "
        f"~/.ssh and ~/.ssh/config: init --capture {server}{port} --key FILE"
    )
