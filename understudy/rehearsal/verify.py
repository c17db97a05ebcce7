"""The host tests, the browser tests and the reboot test of a target: which suites they are."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from understudy.config import host_choice
from understudy.host import all_hosts
from understudy.job import Job
from understudy.paths import Project
from understudy.rehearsal import tested
from understudy.rehearsal.command_tests import CommandTests
from understudy.rehearsal.mail_check import MailCheck
from understudy.rehearsal.suite_group import AnySuite, HostSuite, SuiteGroup
from understudy.rehearsal.suites import Suite
from understudy.rehearsal.verified import Verified
from understudy.report.counting import CountingReport
from understudy.testing.site import site_of
from understudy.testing.under_test import CHECKS

BROWSER_TESTS = "functional_tests"
PAGE_CHECKS = "page"
OWN_HOST_TESTS = "project's host"
_FOR_ROLES = (
    'They run on each host. `@pytest.mark.role("web", "worker")` limits a test to hosts with one of these '
    "roles."
)
_SCREENSHOTS = "Screenshots, pages and consoles of failed browser tests are in reports/browser/."


def verify(job: Job, *, slow: bool = False) -> None:
    """Runs all suites to the end; on a host that no visitor connects to, those of the host.

    Raises StepFailed if a test fails. slow: also run the tests that reboot the host.
    """
    live = tested.report(job)
    site = site_of(job.config, job.target_name, job.address)
    job.report.say(f"{site.target}: {site.url} at {site.address}")
    groups: list[AnySuite] = [host_tests(job)]
    groups += [browser_tests(job)] if job.target.is_entrance else []
    groups += [reboot_test(job)] if slow else []
    counting, began, passed = CountingReport(job.report), time.monotonic(), False
    try:
        with closing(SuiteGroup(groups)) as all_suites:
            all_suites.run(counting)
        passed = True
    finally:
        answer = Verified(
            target=job.target_name,
            host=job.target.address,
            url=site.url,
            release=live.id if live else None,
            commit=live.commit if live else None,
            passed=passed,
            tests=counting.tests,
            seconds=round(time.monotonic() - began, 1),
        )
        job.report.answer(answer)


def host_tests(job: Job) -> SuiteGroup:
    """They look at the host, and change nothing: Understudy's, and the project's own."""
    _, *own = job.project.host_tests
    hint = _FOR_ROLES if job.target.host_list else ""
    projects = [
        Suite(job, OWN_HOST_TESTS, [str(folder)], hint, may_be_empty=True) for folder in own
    ]
    return SuiteGroup([Suite(job, "host", _ours(job)), *projects])


def of_each(hosts: Sequence[Job], suite: Callable[[Job], AnySuite]) -> AnySuite:
    """One after another, on each host."""
    if len(hosts) == 1:
        return suite(hosts[0])
    return SuiteGroup(
        [
            HostSuite(host.target.address, suite(host), host_choice.shown(host.target))
            for host in hosts
        ]
    )


def visited(job: Job) -> Job:
    """The job for the host that visitors meet: a proxy, else the first in deploy.yml that answers them."""
    hosts = all_hosts.jobs(job)
    if any(host.target.is_behind_proxy for host in hosts):
        hosts = all_hosts.proxies(replace(job, address=None))
    places = [one.address for one in job.config.target(job.target_name).host_list]
    met = [host for host in hosts if host.target.has_visitors]
    return min(met, key=lambda host: places.index(host.target.address)) if places else hosts[0]


def reboot_test(job: Job) -> Suite:
    """Reboots the host: the site must come back by itself."""
    return Suite(job, "reboot", [*_ours(job), "-m", "reboots"])


def browser_tests(job: Job) -> SuiteGroup:
    """The checks of every site; then what uses the site, and writes: the project's browser tests and
    verify.commands, if it has any; then what it has mailed meanwhile.
    """
    writing: list[AnySuite] = [*_project_browser_tests(job), *_command_tests(job)]
    mail = [MailCheck(job)] if job.config.target(job.target_name).captures_mail else []
    return SuiteGroup([_page_checks(job), *writing, *mail])


def folders(project: Project, suite: str) -> tuple[Path, ...]:
    """The folders of a suite's tests. Where the tests of a command are is not known."""
    ours, own = project.host_tests[:1], project.host_tests[1:]
    known = {
        "host": ours,
        "reboot": ours,
        OWN_HOST_TESTS: own,
        PAGE_CHECKS: (CHECKS,),
        "browser": (project.directory / BROWSER_TESTS,),
    }
    return known.get(suite, ())


def _ours(job: Job) -> list[str]:
    """Understudy's host tests, with their own configuration: that of the project's tests is for these."""
    ours, *_ = job.project.host_tests
    return [str(ours), "-c", str(ours / "host-tests.ini"), "-p", "no:cacheprovider"]


def _page_checks(job: Job) -> Suite:
    """With their own configuration, as the host tests."""
    words = [str(CHECKS), "-c", str(CHECKS / "checks.ini"), "-p", "no:cacheprovider"]
    return Suite(job, PAGE_CHECKS, words)


def _project_browser_tests(job: Job) -> list[Suite]:
    """Keeps screenshots, pages and consoles in job.project.pages.

    Tests that destroy data run on disposable targets only.
    """
    if not (job.project.directory / BROWSER_TESTS).is_dir():
        return []
    pages = job.project.pages
    harmless = [] if job.is_disposable else ["-m", "not destroys_data"]
    words = [BROWSER_TESTS, *harmless, "--keep-pages", str(pages)]
    return [Suite(job, "browser", words, _SCREENSHOTS, pages, may_be_empty=True)]


def _command_tests(job: Job) -> list[CommandTests]:
    """On disposable targets only: Understudy can't see what they do there."""
    commands = job.config.verify.commands
    if commands and not job.is_disposable:
        job.report.say("  verify.commands: not run, since the target is not disposable")
        return []
    return [CommandTests(job, command) for command in commands]
