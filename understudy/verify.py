"""Starts the host tests and the browser tests against a target, and finds what they look at."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from understudy import config as configuration
from understudy.config import Config, TargetConfig
from understudy.errors import StepFailed
from understudy.job import Job
from understudy.junit import read_tests
from understudy.plain import cut

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
    told = [_host_tests(job, slow=slow), _browser_tests(job, site)]
    if failed := [text for text in told if text]:
        raise StepFailed(
            f"{job.target_name} did not pass its tests",
            details="\n".join(failed),
            hint="Screenshots, pages and consoles of failed browser tests are in the report, and in "
            "reports/browser/.",
        )


def _host_tests(job: Job, *, slow: bool) -> str:
    return _failure(job, "host", [HOST_TESTS, *(["--slow"] if slow else [])])


def _browser_tests(job: Job, site: Site) -> str:
    """Also keeps what the browser showed: job.project.pages has it until the next run."""
    pages = job.project.pages
    shutil.rmtree(pages, ignore_errors=True)
    harmless = [] if site.disposable else ["-m", "not destroys_data"]
    told = _failure(job, "browser", [BROWSER_TESTS, *harmless, "--keep-pages", str(pages)])
    job.report.attach("pages", {path.stem: _page(path) for path in sorted(pages.glob("*.png"))})
    return told


def _page(picture: Path) -> dict[str, str]:
    """What was kept beside a screenshot: of a failed test the page's source and the console."""
    beside = {"source": picture.with_suffix(".html"), "console": picture.with_suffix(".log")}
    return {name: cut(path.read_text()) for name, path in beside.items() if path.is_file()}


def _failure(job: Job, suite: str, words: list[str]) -> str:
    """Runs a suite. Returns what pytest told if a test failed, nothing otherwise."""
    with TemporaryDirectory() as work:
        results = Path(work) / "results.xml"
        command = [
            *(sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=short", *words),
            *("--target", job.target_name, "--deploy-config", str(job.project.config_file)),
            f"--junitxml={results}",
        ]
        try:
            with job.report.step(f"{suite} tests on {job.target_name}"):
                done = subprocess.run(
                    command, cwd=job.project.directory, capture_output=True, text=True
                )
                if done.returncode:
                    raise StepFailed(suite)
        except StepFailed:
            return (done.stdout + done.stderr).strip() or f"the {suite} tests ended without a word"
        finally:
            if results.is_file():
                job.report.attach("tests", {suite: read_tests(results.read_text())})
    job.report.say(f"  {done.stdout.strip().splitlines()[-1]}")
    return ""
