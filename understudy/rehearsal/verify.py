"""The host tests, the browser tests and the reboot test of a target, and where its site is."""

from dataclasses import dataclass

from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.errors import StepFailed
from understudy.job import Job, with_address
from understudy.paths import Project
from understudy.rehearsal.suites import Suite
from understudy.vm import address as vm_address

HOST_TESTS = "tests/host"
BROWSER_TESTS = "functional_tests"
# Suite -> the directory of its tests.
FOLDERS = {"host": HOST_TESTS, "browser": BROWSER_TESTS, "reboot": HOST_TESTS}
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
    return Suite(job, "host", [HOST_TESTS])


def reboot_test(job: Job) -> Suite:
    """Reboots the host: the site must come back by itself."""
    return Suite(job, "reboot", [HOST_TESTS, "--slow", "-m", "slow"])


def browser_tests(job: Job) -> Suite:
    """Uses the site, and writes. Keeps screenshots, pages and consoles in job.project.pages.

    Tests that destroy data run on disposable targets only.
    """
    pages = job.project.pages
    harmless = [] if job.config.target(job.target_name).disposable else ["-m", "not destroys_data"]
    words = [BROWSER_TESTS, *harmless, "--keep-pages", str(pages)]
    return Suite(job, "browser", words, _SCREENSHOTS, pages)


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
