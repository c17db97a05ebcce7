"""What is known when a step fails, gathered for diagnosis.py: here, on the host, in deploy.yml."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from understudy import artifact, dead_ends, worktree
from understudy.causes import RULES
from understudy.commands import site
from understudy.config import Config
from understudy.connection import SshConnection
from understudy.diagnosis import Diagnosis, Evidence, diagnose
from understudy.errors import ConfigError, StepFailed, UnderstudyError
from understudy.job import Job


@contextmanager
def explained(job: Job, *, busy: bool = False) -> Iterator[None]:
    """Adds to an error of the block its cause and what mends it, if a rule knows them.

    What the host has logged since the block began is attached to the report. busy: others use the
    site meanwhile, the prober or visitors; then what the app logs counts only if nothing else tells.
    """
    began = time.time()
    try:
        yield
    except (StepFailed, ConfigError) as error:
        logs = _logs(job, began)
        job.report.attach("evidence", logs)
        known = _known(job, error, logs)
        journal = messages(logs.get("journal", ""), job.config.app.health_path)
        whole = {**known, "said": f"{known['said']}\n{journal}"}
        _add(error, (diagnose(known, RULES) if busy else None) or diagnose(whole, RULES))
        raise


def _add(error: UnderstudyError, found: Diagnosis | None) -> None:
    if found:
        error.cause = found.cause
        error.hint = "\n".join(part for part in (found.hint, error.hint) if part)


def _known(job: Job, error: UnderstudyError, logs: Mapping[str, str]) -> Evidence:
    """Without what the app has logged."""
    return {
        "said": f"{error.summary}\n{error.details}",
        "nginx": logs.get("nginx error", ""),
        "dead ends": dead_ends.find(logs.get("nginx access", "")),
        "host": logs.get("host", "") + _packages(job.config),
        "project": _project(job),
        "settings": _settings(job.config),
    }


def _logs(job: Job, since: float) -> Mapping[str, str]:
    """What the host says; nothing if it can't be asked."""
    lately = site.lately(job.config.app.name, since)
    try:
        with SshConnection(job.target, job.config.host.deployer) as connection:
            return parse_logs(connection.run(lately, seconds=30).output)
    except UnderstudyError:
        return {}


def parse_logs(output: str) -> Mapping[str, str]:
    """Output of site.lately() -> the text of each part."""
    _, *parts = re.split(r"^--- ([a-z ]+) ---\n", output, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def messages(journal: str, health_path: str) -> str:
    """Lines of a journal without their times, hosts and programs: a traceback is whole again.

    The prober also POSTs to the health path; that an app refuses this is no evidence of anything.
    """
    lines = re.sub(r"^\d{4}-\d\d-\d\dT\S+ \S+ \S+: ?", "", journal, flags=re.MULTILINE)
    refused = rf"^.*(Forbidden|Method Not Allowed).*: {re.escape(health_path)}\n"
    return re.sub(refused, "", lines, flags=re.MULTILINE)


def _project(job: Job) -> str:
    try:
        source = artifact.find_source(job.config.app, job.beside, job.project.cache / "git")
    except UnderstudyError:
        # The source itself may be what is wrong; then the error says so.
        return ""
    return worktree.look(source)


def _packages(config: Config) -> str:
    return "".join(f"package {name}\n" for name in config.packages)


def _settings(config: Config) -> str:
    """The app's keys of deploy.yml, one a line: `key JSON`."""
    values = config.app.model_dump(mode="json")
    for name, value in values.pop("environment").items():
        values[f"environment.{name}"] = value
    return "\n".join(f"{key} {json.dumps(value)}" for key, value in values.items())
