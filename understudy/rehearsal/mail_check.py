"""The check `mail` of every site: what the live release has mailed. Shows the mails in the report."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from understudy.commands import mails as queries
from understudy.config.verify import MAIL
from understudy.errors import StepFailed, Stopped
from understudy.host import all_hosts, mailbox, shown_mails
from understudy.host.mails import Mail
from understudy.job import Job
from understudy.report.events import Report
from understudy.testing.checks import findings, mail_checks
from understudy.testing.checks.mail_checks import Names
from understudy.testing.site import site_of

# More would hide what matters, and make reports large.
MOST, MOST_SHOWN = 100, 20


@dataclass
class MailCheck:
    """A suite of one test, on a target that captures mail. It comes after all that makes the site send some."""

    job: Job
    _why_stopped: str | None = field(default=None, init=False)

    def begin(self) -> None:
        """Nothing of it can be done ahead."""

    def run(self, report: Report) -> None:
        """Raises StepFailed if a mail has a finding that deploy.yml doesn't accept, Stopped after stop()."""
        with report.step(f"read the mails that {self.job.target_name} has captured"):
            if self._why_stopped is not None:
                raise Stopped(self._why_stopped)
            kept = self._fetch()
            if not kept:
                return
            report.attach("mails", [shown_mails.shown(mail) for mail in kept[-MOST_SHOWN:]])
            message, accepted = self._judge(kept)
            report.attach("tests", {MAIL: [_test(message, accepted)]})
            if message:
                raise StepFailed(
                    f"the mails of {self.job.target_name} have findings", details=message
                )
        report.say(f"  mails: {len(kept)} captured, nothing wrong with them")

    def stop(self, why: str) -> None:
        """Lets run() end at once."""
        self._why_stopped = why

    def close(self) -> None:
        """run() has left nothing."""

    def _fetch(self) -> tuple[Mail, ...]:
        query = queries.fetch_of_live_release(self.job.config.app.name, most=MOST)
        # A set is visited at one host, and its processes mail on others.
        is_set = bool(self.job.target.host_list)
        hosts = all_hosts.jobs(replace(self.job, address=None) if is_set else self.job)
        return mailbox.read(hosts, query).mails

    def _judge(self, kept: tuple[Mail, ...]) -> tuple[str, str]:
        """The message of a failure, "" for none, and what deploy.yml accepts."""
        rules = self.job.config.verify.accept
        found = findings.sort(MAIL, mail_checks.findings(kept, self._names()), rules)
        accepted = findings.reasons(found.accepted) if found.accepted else ""
        if not found.failures:
            return "", accepted
        return findings.message(MAIL, found.failures, mail_checks.ADVICE), accepted

    def _names(self) -> Names:
        config = self.job.config
        own = config.target(self.job.target_name)
        site = site_of(config, self.job.target_name, self.job.address)
        others = {name for target in config.targets.values() for name in target.names}
        return Names(site.names, others - set(own.names), own.has_https)


def _test(message: str, accepted: str) -> Mapping[str, Any]:
    """In the shape of the attachment "tests"."""
    outcome = "failed" if message else "skipped" if accepted else "passed"
    first = message.partition("\n")[0] or accepted
    return {"name": MAIL, "outcome": outcome, "seconds": 0.0, "message": first, "text": message}
