"""Starts the host tests and the browser tests against a target, and finds what they look at."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from understudy import config as configuration
from understudy.config import Config, TargetConfig
from understudy.errors import StepFailed
from understudy.job import Job

HOST_TESTS = "tests/host"
BROWSER_TESTS = "functional_tests"
_SCREENSHOTS = "Screenshots, pages and consoles of failed browser tests are in reports/browser/."


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
    failed = [error for error in (_failure(host_tests, job), _failure(browser_tests, job)) if error]
    if slow:
        reboot_test(job)
    if failed:
        raise StepFailed(
            f"{job.target_name} did not pass its tests",
            details="\n".join(error.details for error in failed),
            hint=failed[-1].hint,
        )


def _failure(suite: Callable[[Job], None], job: Job) -> StepFailed | None:
    try:
        suite(job)
    except StepFailed as error:
        return error
    return None


def host_tests(job: Job) -> None:
    """Raises StepFailed, with pytest's output, if a test fails."""
    _run(job, "host tests", [HOST_TESTS])


def reboot_test(job: Job) -> None:
    """Reboots the host; raises StepFailed unless it serves again by itself."""
    _run(job, "reboot test", [HOST_TESTS, "--slow", "-m", "slow"])


def browser_tests(job: Job) -> None:
    """Raises StepFailed, with pytest's output, if a test fails."""
    harmless = [] if job.target.disposable else ["-m", "not destroys_data"]
    _run(job, "browser tests", [BROWSER_TESTS, *harmless], _SCREENSHOTS)


def _run(job: Job, title: str, words: list[str], hint: str = "") -> None:
    command = [
        *(sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=short", *words),
        *("--target", job.target_name, "--deploy-config", str(job.project.config_file)),
    ]
    with job.report.step(f"{title} on {job.target_name}"):
        done = subprocess.run(command, cwd=job.project.directory, capture_output=True, text=True)
        if done.returncode:
            raise StepFailed(
                f"{title}: failed on {job.target_name}", done.stdout + done.stderr, hint
            )
    job.report.say(f"  {done.stdout.strip().splitlines()[-1]}")
