"""Runs the host tests and the browser tests against a target."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.errors import StepFailed
from understudy.job import Job, with_address
from understudy.paths import Project
from understudy.report.junit import read_tests
from understudy.report.sanitize import cut
from understudy.vm import address as vm_address

HOST_TESTS = "tests/host"
BROWSER_TESTS = "functional_tests"
# Suite -> the directory of its tests.
FOLDERS = {"host": HOST_TESTS, "browser": BROWSER_TESTS, "reboot": HOST_TESTS}
_SCREENSHOTS = "Screenshots, pages and consoles of failed browser tests are in reports/browser/."

# Twenty lines for each failed browser test, of addresses in the driver of the browser.
_NATIVE_FRAMES = re.compile(r"^E +(?:Stacktrace:|#\d+ 0x[0-9a-f]+ .*)\n", re.MULTILINE)


def verify(job: Job, *, slow: bool = False) -> None:
    """Runs both suites to the end. Raises StepFailed if a test of either fails.

    slow: also run the tests that reboot the host.
    """
    site = site_of(job.config, job.target_name, job.address)
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
    _run(job, "host", [HOST_TESTS])


def reboot_test(job: Job) -> None:
    """Reboots the host. Raises StepFailed unless the site comes back by itself."""
    _run(job, "reboot", [HOST_TESTS, "--slow", "-m", "slow"])


def browser_tests(job: Job) -> None:
    """Raises StepFailed, with pytest's output, if a test fails.

    Keeps screenshots, pages and consoles in job.project.pages until the next run. Tests that destroy
    data run on disposable targets only.
    """
    pages = job.project.pages
    shutil.rmtree(pages, ignore_errors=True)
    harmless = [] if job.target.disposable else ["-m", "not destroys_data"]
    words = [BROWSER_TESTS, *harmless, "--keep-pages", str(pages)]
    try:
        _run(job, "browser", words, _SCREENSHOTS)
    finally:
        job.report.attach("pages", {path.stem: _page(path) for path in sorted(pages.glob("*.png"))})


def _page(screenshot: Path) -> dict[str, str]:
    """What is beside a screenshot: the page's source and the console of a failed test."""
    beside = {"source": screenshot.with_suffix(".html"), "console": screenshot.with_suffix(".log")}
    return {name: cut(path.read_text()) for name, path in beside.items() if path.is_file()}


def _run(job: Job, suite: str, words: list[str], hint: str = "") -> None:
    with (
        TemporaryDirectory() as work,
        job.report.step(f"run the {suite} tests on {job.target_name}"),
    ):
        results = Path(work) / "results.xml"
        command = [
            *(sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=short", *words),
            *("--target", job.target_name, "--deploy-config", str(job.project.config_file)),
            *(("--host", job.address) if job.address else ()),
            f"--junitxml={results}",
        ]
        done = subprocess.run(command, cwd=job.project.directory, capture_output=True, text=True)
        if results.is_file():
            name = f"{suite} {job.address}" if job.address else suite
            job.report.attach("tests", {name: read_tests(results.read_text())})
        if done.returncode:
            output = _NATIVE_FRAMES.sub("", done.stdout + done.stderr).strip()
            raise StepFailed(f"the {suite} tests failed on {job.target_name}", output, hint)
    job.report.say(f"  {done.stdout.strip().splitlines()[-1]}")


@dataclass(frozen=True)
class Site:
    """A target as a browser sees it. address: what its domain must resolve to."""

    target: str
    url: str
    address: str
    disposable: bool


def find_site(project: Project, target_name: str, address: str | None = None) -> Site:
    """The site of a target in deploy.yml. address: which host, if the target has several.

    Raises ConfigError for an unknown target, or if one of several hosts has to be named; Unreachable if
    the VM has no address yet.
    """
    return site_of(vm_address.load(project), target_name, address)


def site_of(config: Config, target_name: str, address: str | None = None) -> Site:
    target = with_address(config.one_host(target_name, address), target_name)
    return Site(target_name, _url(target), target.address, target.disposable)


def _url(target: TargetConfig) -> str:
    return f"{'https' if target.certificate else 'http'}://{target.domain}"
