"""Starts the host tests and the browser tests against a target, and finds what they look at."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from understudy import config as configuration
from understudy.config import Config, TargetConfig
from understudy.errors import StepFailed
from understudy.project import Project
from understudy.report import Report

HOST_TESTS = "tests/host"
BROWSER_TESTS = "functional_tests"


@dataclass(frozen=True)
class Site:
    """A target as a browser sees it. address: where its name must lead to."""

    target: str
    url: str
    address: str
    disposable: bool


def find_site(config_file: Path, target_name: str) -> Site:
    """Raises ConfigError for a target that deploy.yml hasn't."""
    return site_of(configuration.load(config_file), target_name)


def site_of(config: Config, target_name: str) -> Site:
    target = config.target(target_name)
    return Site(target_name, _url(target), target.address, target.disposable)


def _url(target: TargetConfig) -> str:
    return f"{'https' if target.certificate else 'http'}://{target.domain}"


def verify(project: Project, target_name: str, report: Report, *, slow: bool = False) -> None:
    """Runs both suites to the end. Raises StepFailed if a test of either fails."""
    suites = {
        "host tests": [HOST_TESTS, *(["--slow"] if slow else [])],
        "browser tests": [BROWSER_TESTS],
    }
    failed = [
        title
        for title, words in suites.items()
        if not _passes(project, target_name, report, title, words)
    ]
    if failed:
        raise StepFailed(
            f"{' and '.join(failed)} failed on {target_name}",
            hint="Screenshots, pages and consoles of failed browser tests are in reports/browser/.",
        )


def _passes(
    project: Project, target_name: str, report: Report, title: str, words: list[str]
) -> bool:
    command = [
        *(sys.executable, "-m", "pytest", "-q", "--no-header", *words, "--target", target_name),
        *("--deploy-config", str(project.config_file)),
    ]
    try:
        with report.step(f"{title} on {target_name}"):
            done = subprocess.run(
                command, cwd=project.directory, capture_output=True, text=True, env=os.environ
            )
            if done.returncode:
                raise StepFailed(title)
    except StepFailed:
        report.say(done.stdout + done.stderr)
        return False
    report.say(f"  {done.stdout.strip().splitlines()[-1]}")
    return True
