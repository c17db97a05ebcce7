"""The host tests, the browser tests and the reboot test of a target."""

from pathlib import Path

from understudy.errors import StepFailed
from understudy.job import Job
from understudy.paths import Project
from understudy.rehearsal.suites import Suite
from understudy.testing.site import site_of

BROWSER_TESTS = "functional_tests"
_SCREENSHOTS = "Screenshots, pages and consoles of failed browser tests are in reports/browser/."


def verify(job: Job, *, slow: bool = False) -> None:
    """Runs both suites to the end. Raises StepFailed if a test of either fails.

    slow: also run the tests that reboot the host.
    """
    site = site_of(job.config, job.target_name, job.address)
    job.report.say(f"{site.target}: {site.url} at {site.address}")
    failed = [error for suite in (host_tests, browser_tests) if (error := _failure(suite(job)))]
    if slow:
        reboot_test(job).run(job.report)
    if failed:
        raise StepFailed(
            f"{job.target_name} did not pass its tests",
            details="\n".join(error.details for error in failed),
            hint=failed[-1].hint,
        )


def _failure(suite: Suite) -> StepFailed | None:
    try:
        suite.run(suite.job.report)
    except StepFailed as error:
        return error
    return None


def host_tests(job: Job) -> Suite:
    """Looks at the host, and changes nothing."""
    return Suite(job, "host", _host_tests(job))


def reboot_test(job: Job) -> Suite:
    """Reboots the host: the site must come back by itself."""
    return Suite(job, "reboot", [*_host_tests(job), "--slow", "-m", "slow"])


def _host_tests(job: Job) -> list[str]:
    return [str(folder) for folder in job.project.host_tests]


def folders(project: Project, suite: str) -> tuple[Path, ...]:
    """Where the tests of the suite "host", "reboot" or "browser" are."""
    return (project.directory / BROWSER_TESTS,) if suite == "browser" else project.host_tests


def browser_tests(job: Job) -> Suite:
    """Uses the site, and writes. Keeps screenshots, pages and consoles in job.project.pages.

    Tests that destroy data run on disposable targets only.
    """
    pages = job.project.pages
    harmless = [] if job.config.target(job.target_name).disposable else ["-m", "not destroys_data"]
    words = [BROWSER_TESTS, *harmless, "--keep-pages", str(pages)]
    return Suite(job, "browser", words, _SCREENSHOTS, pages)
