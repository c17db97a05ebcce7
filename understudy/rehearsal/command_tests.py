"""Tests that only know a URL: the commands of `verify.commands` in deploy.yml, run on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

from understudy.config.test_commands import TestCommand
from understudy.errors import StepFailed, Stopped
from understudy.job import Job
from understudy.local.command_process import CommandProcess, Ended
from understudy.rehearsal import site_login, site_proxy
from understudy.report.events import Report
from understudy.report.junit import read_tests
from understudy.report.sanitize import cut
from understudy.testing import trust
from understudy.testing.site import Site, site_of


@dataclass
class CommandTests:
    """One of the commands, as a suite of tests."""

    job: Job
    command: TestCommand
    _process: CommandProcess = field(default_factory=CommandProcess, init=False)
    _why_stopped: str | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        return self.command.title

    def begin(self) -> None:
        """Nothing of it can be done ahead."""

    def run(self, report: Report) -> None:
        """Raises StepFailed, with the output, if the command fails or takes too long, Stopped after stop()."""
        target = self.job.target_name
        site = site_of(self.job.config, target, self.job.address)
        with report.step(f"run {self.name} on {target}"):
            self._end_if_stopped()
            if self._junit:
                self._junit.unlink(missing_ok=True)
            ended = self._start(site, report)
            passed = ended.status == 0
            report.ran(self.name, ended.output, ended.seconds, ok=passed)
            self._end_if_stopped()
            tests = self._written_tests(report) or [as_test(self.name, ended)]
            report.attach("tests", {self.name: tests})
            if not passed:
                raise self._failed(ended)
        report.say(f"  {self.name}: passed")

    def stop(self, why: str) -> None:
        """Ends the command, or lets run() end at once. Doesn't wait for the end."""
        self._why_stopped = why
        self._process.stop()

    def close(self) -> None:
        """run() has left nothing."""

    def _end_if_stopped(self) -> None:
        if self._why_stopped is not None:
            raise Stopped(self._why_stopped)

    @property
    def _directory(self) -> Path:
        return self.job.project.directory / self.command.directory

    @property
    def _junit(self) -> Path | None:
        return self.job.project.directory / self.command.junit if self.command.junit else None

    def _start(self, site: Site, report: Report) -> Ended:
        words, own = filled(self.command, site)
        with site_proxy.environment(site) as environment, TemporaryDirectory() as folder:
            roots, login = trust.known(site.roots), site_login.variables(self.job)
            trusted = trust.for_programs(roots, Path(folder)) if roots else {}
            return self._process.run(
                words,
                self._directory,
                {**environment, **trusted, **login, **own},
                self.command.timeout,
                report.output,
            )

    def _failed(self, ended: Ended) -> StepFailed:
        target, limit = self.job.target_name, self.command.timeout
        how, hint = f"ended with {ended.status}", ""
        if ended.status is None:
            how = f"has not ended after {limit} s"
            hint = f"Its `timeout` in verify.commands is {limit}."
        return StepFailed(f"{self.name} {how} on {target}", cut(ended.output.strip()), hint)

    def _written_tests(self, report: Report) -> list[dict[str, Any]]:
        """Those in the file that the command has written."""
        if self._junit is None:
            return []
        try:
            return read_tests(self._junit.read_bytes())
        except (OSError, ET.ParseError) as error:
            report.warn(f"{self.name}: no tests could be read from its junit file: {error}")
            return []


def as_test(name: str, ended: Ended) -> dict[str, Any]:
    """The whole command as one test, in the shape of the attachment "tests"."""
    passed = ended.status == 0
    return {
        "name": name,
        "outcome": "passed" if passed else "failed",
        "seconds": ended.seconds,
        "message": "" if passed else ended.output.strip().rpartition("\n")[2],
        "text": "" if passed else cut(ended.output),
    }


def filled(command: TestCommand, site: Site) -> tuple[list[str], Mapping[str, str]]:
    """The command's words and its environment for that site."""
    values = {"url": site.url, "domain": site.domain, "address": site.address}
    words = [word.format_map(values) for word in command.command]
    return words, {name: value.format_map(values) for name, value in command.environment.items()}
