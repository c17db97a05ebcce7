"""Gathers what is known when a step fails: on this machine, on the host, in deploy.yml."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace

from understudy.commands import site, units
from understudy.commands.examine import examine
from understudy.config import topology
from understudy.diagnosis import broken_links
from understudy.diagnosis.causes import RULES
from understudy.diagnosis.known_facts import KnownFacts, parse_host
from understudy.diagnosis.rules import Cause, Evidence, as_possible, diagnose
from understudy.diagnosis.unexplained import unexplained
from understudy.errors import ConfigError, StepFailed, UnderstudyError
from understudy.job import Job
from understudy.release import source as sources
from understudy.release import worktree
from understudy.ssh.connection import SshConnection

# At most so many causes are shown.
_CAUSES = 3
# The app's log of good times: for comparison only, no evidence.
_BEFORE = "journal before"


def explain(job: Job, error: StepFailed | ConfigError, began: float, *, busy: bool) -> None:
    """Adds to the error what is known, and attaches to the report what the host has logged. See explained()."""
    facts, logs, causes = _examine(job, error, began, busy=busy)
    job.report.attach("evidence", {name: logs[name] for name in logs if name != _BEFORE})
    if job.address:
        job.report.attach("evidence host", job.address)
    _add(job, error, _evidence(error, job, logs), facts, causes)


def parse_logs(output: str) -> Mapping[str, str]:
    """Output of site.journal_since() -> the text of each part by its name."""
    _, *parts = re.split(r"^--- ([a-z ]+) ---\n", output, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def messages(journal: str, health_path: str) -> str:
    """The journal's messages without their times, hosts and programs, so that a traceback is readable.

    Without refusals of POST to health_path, which are answers to the prober.
    """
    lines = re.sub(r"^\d{4}-\d\d-\d\dT\S+ \S+ \S+: ?", "", journal, flags=re.MULTILINE)
    refused = rf"^.*(Forbidden|Method Not Allowed).*: {re.escape(health_path)}\n"
    return re.sub(refused, "", lines, flags=re.MULTILINE)


def host_python(error: str, host: str) -> str:
    """The host's Python, as "3.11.2": as it answers, else as the error names it; "" if neither does."""
    found = re.search(r"^python (3\.[\d.]+)$", host, re.MULTILINE)
    found = found or re.search(r"for Python (3\.\d+(?:\.\d+)?) on", error)
    return found[1] if found else ""


def with_python(facts: KnownFacts, python: str) -> KnownFacts:
    return replace(facts, lock=replace(facts.lock, python=python)) if facts.lock else facts


def _examine(
    job: Job, error: UnderstudyError, began: float, *, busy: bool
) -> tuple[KnownFacts, Mapping[str, str], tuple[Cause, ...]]:
    """Over one connection: reads the logs, then asks the host what the possible causes need."""
    facts, logs = with_python(_facts(job), host_python(str(error), "")), parse_logs("")
    try:
        with SshConnection(job.target, job.config.host.deployer) as connection:
            journal_since = site.journal_since(
                job.config.app.name, units.of_site(job.config), began
            )
            logs = parse_logs(connection.run(journal_since, seconds=30).output)
            facts = with_python(facts, host_python(str(error), logs.get("host", "")))
            found = _causes(error, job, logs, facts, busy=busy)
            questions = {question for cause in found for question in cause.questions}
            answers = connection.run(examine(questions), seconds=60).output if questions else ""
            facts = replace(facts, host=parse_host(answers))
            logs = {**logs, "answers": answers} if answers else logs
    except UnderstudyError:
        # The host itself may be the fault: then nothing about it is confirmed.
        pass
    return facts, logs, _causes(error, job, logs, facts, busy=busy)


def _causes(
    error: UnderstudyError, job: Job, logs: Mapping[str, str], facts: KnownFacts, *, busy: bool
) -> tuple[Cause, ...]:
    whole = _evidence(error, job, logs)
    without_journal = {**whole, "said": whole["step"]}
    first = diagnose(without_journal, facts, RULES) if busy else ()
    return first if first and first[0].confirmed else diagnose(whole, facts, RULES)


def _add(
    job: Job,
    error: UnderstudyError,
    evidence: Evidence,
    facts: KnownFacts,
    causes: tuple[Cause, ...],
) -> None:
    shown = [as_possible(cause) for cause in causes[:_CAUSES]]
    known = "" if causes and causes[0].confirmed else unexplained(evidence, facts)
    job.report.attach("causes", {"causes": [asdict(cause) for cause in shown], "known": known})
    if shown:
        error.cause = "" if shown[0].sentence == error.summary else shown[0].sentence
        # What is wrong in a configuration is its own cause, and the rule knows better what fixes it.
        own = "" if shown[0].confirmed and isinstance(error, ConfigError) else error.hint
        error.hint = "\n".join(part for part in (shown[0].hint, own) if part)
    if known:
        error.details = "\n".join(part for part in (error.details, known) if part)


def _evidence(error: UnderstudyError, job: Job, logs: Mapping[str, str]) -> Evidence:
    step = f"{error.summary}\n{error.details}"
    journal = messages(logs.get("journal", ""), job.config.app.health_path)
    return {
        "step": step,
        "said": f"{step}\n{journal}",
        "usual": messages(logs.get(_BEFORE, ""), job.config.app.health_path),
        "nginx": logs.get("nginx error", ""),
        "dead ends": broken_links.find(logs.get("nginx access", "")),
    }


def _facts(job: Job) -> KnownFacts:
    """The facts of this machine and of deploy.yml."""
    # Only a failure needs it, and it takes long to import.
    from understudy.release import wheel_modules

    facts = KnownFacts(
        settings=job.config.app.model_dump(mode="json"),
        processes={name: one.model_dump(mode="json") for name, one in job.config.processes.items()},
        packages=job.config.packages,
        domains=job.target.domains,
        database_host=topology.database_elsewhere(job.target.host_list, job.target.address),
        command=_command(job),
        options=f" --target {job.target_name}",
    )
    cache = job.project.cache / "git"
    try:
        source = sources.find_commit(job.config.app, job.directory, cache)
        commit = worktree.look(source)
        with suppress(ConfigError):
            source = sources.resolve_source(job.config.app, job.directory, cache)
    except UnderstudyError:
        # The source itself may be the fault; then the error says so.
        return facts
    modules = wheel_modules.of(source.lock, job.project.cache)
    lock = worktree.lock(source, job.config.app, commit, modules)
    return replace(facts, commit=commit, lock=lock)


def _command(job: Job) -> str:
    usual = job.project.directory / "deploy.yml"
    file = job.project.config_file
    named = "" if file.absolute() == usual.absolute() else f" --config {file}"
    return f"python deploy.py{named}"
