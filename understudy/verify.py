"""Starts the host tests and the browser tests against a target, and finds what they look at."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from understudy import config as configuration
from understudy.config import Config, TargetConfig
from understudy.errors import StepFailed
from understudy.job import Job

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


def verify(job: Job, *, slow: bool = False) -> None:
    """Runs both suites to the end. Raises StepFailed if a test of either fails.

    slow: also the tests that reboot the host.
    """
    site = site_of(job.config, job.target_name)
    job.report.say(f"{site.target}: {site.url} at {site.address}")
    browser_words = [BROWSER_TESTS, *([] if site.disposable else ["-m", "not destroys_data"])]
    host_words = [HOST_TESTS, *(["--slow"] if slow else [])]
    passed = [_passes(job, "host tests", host_words), _passes(job, "browser tests", browser_words)]
    if not all(passed):
        raise StepFailed(
            f"{job.target_name} did not pass its tests",
            hint="Screenshots, pages and consoles of failed browser tests are in reports/browser/.",
        )


def _passes(job: Job, title: str, words: list[str]) -> bool:
    command = [
        *(sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=short", *words),
        *("--target", job.target_name, "--deploy-config", str(job.project.config_file)),
    ]
    try:
        with job.report.step(f"{title} on {job.target_name}"):
            done = subprocess.run(
                command, cwd=job.project.directory, capture_output=True, text=True
            )
            if done.returncode:
                raise StepFailed(title)
    except StepFailed:
        job.report.say(done.stdout + done.stderr)
        return False
    job.report.say(f"  {done.stdout.strip().splitlines()[-1]}")
    return True
