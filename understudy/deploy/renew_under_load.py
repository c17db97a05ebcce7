"""A site's certificate is renewed while the prober sends requests: none of them may be lost."""

from understudy.commands import nginx, site
from understudy.deploy import under_load
from understudy.deploy.renewal import Renewal
from understudy.errors import StepFailed
from understudy.job import Job
from understudy.ssh.connection import SshConnection
from understudy.traffic.handshake import shake, wait_for_other


def renew(job: Job) -> None:
    """Asks the issuer for a new certificate, as certbot's timer will. nginx has to show that, by a reload.

    Raises StepFailed if the issuer refuses, with its words; if the old one is still shown; if nginx was
    restarted; or if a request was lost.
    """
    report = job.report
    with (
        SshConnection(job.target, job.config.host.deployer) as connection,
        under_load.site_and_prober(job, connection) as (endpoint, prober),
    ):
        before, process = shake(endpoint).certificate, _main_process(connection)
        with prober:
            with report.step("renew the certificate"):
                _renew(job, connection)
            with report.step("wait until the site shows the new certificate"):
                after = wait_for_other(endpoint, before)
            traffic = prober.stop()
        renewal = Renewal(before, after, (process, _main_process(connection)), traffic)
    report.say(traffic.text())
    report.say(renewal.text())
    if problems := [*renewal.problems()]:
        raise StepFailed(
            f"{job.target_name}, renewal of its certificate: {'; '.join(problems)}",
            details=traffic.text(),
            hint=f"python deploy.py logs --target {job.target_name} shows what nginx logged at that time.",
        )


def _renew(job: Job, connection: SshConnection) -> None:
    done = connection.run(site.renew_certificate(job.config.app.name))
    if not done.ok:
        raise StepFailed(
            f"{job.target_name} could not renew its certificate",
            details=done.text,
            hint="/var/log/letsencrypt/letsencrypt.log on the host has all that the issuer answered.",
        )


def _main_process(connection: SshConnection) -> str:
    return connection.run(nginx.main_process()).output.strip()
