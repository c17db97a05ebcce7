"""What is known when a step fails, gathered for diagnosis.py: here, on the host, in deploy.yml."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from understudy import artifact, worktree
from understudy.causes import RULES
from understudy.commands import site
from understudy.config import Config
from understudy.connection import SshConnection
from understudy.diagnosis import Evidence, diagnose
from understudy.errors import ConfigError, StepFailed, UnderstudyError
from understudy.job import Job


@contextmanager
def explained(job: Job) -> Iterator[None]:
    """Adds to an error of the block its cause and what mends it, if a rule knows them.

    What the host has logged since the block began is attached to the report.
    """
    began = time.time()
    try:
        yield
    except (StepFailed, ConfigError) as error:
        _explain(job, error, began)
        raise


def _explain(job: Job, error: UnderstudyError, since: float) -> None:
    logs = _logs(job, since)
    job.report.attach("evidence", logs)
    found = diagnose(_evidence(job, error, logs), RULES)
    if found is None:
        return
    error.cause = found.cause
    error.hint = "\n".join(part for part in (found.hint, error.hint) if part)


def _evidence(job: Job, error: UnderstudyError, logs: Mapping[str, str]) -> Evidence:
    return {
        "said": "\n".join((error.summary, error.details, logs.get("journal", ""))),
        "nginx": logs.get("nginx error", ""),
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


def _project(job: Job) -> str:
    beside = job.project.config_file.absolute().parent
    try:
        source = artifact.find_source(job.config.app, beside, job.project.cache / "git")
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
