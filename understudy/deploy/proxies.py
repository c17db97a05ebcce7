"""The hosts of a target's proxies: their nginx and HAProxy files, after the web hosts have the release."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from understudy.config import domains, issuer
from understudy.deploy import (
    certificate,
    certificate_names,
    deploy_host,
    hsts,
    plan,
    prepare,
    preview,
    site_config,
)
from understudy.deploy.desired import DesiredState
from understudy.deploy.done import ProxyDeployed
from understudy.deploy.planned import Plan, PlannedStep
from understudy.host import all_hosts, session, steps
from understudy.host.actions import Action, WriteFiles
from understudy.host.facts import ObservedState
from understudy.host.session import AuditEntry
from understudy.job import Job
from understudy.release import proxy_files
from understudy.release.layout import Manifest
from understudy.release.source import Source

# Where a release has its id: understudy-site wants a name.
_NAME = "proxy"


@dataclass(frozen=True)
class Done:
    """Of one proxy. warnings: of steps that failed, without which the site is served no worse than before."""

    changed: bool
    warnings: tuple[str, ...] = ()


def deploy(
    job: Job, source: Source, *, wait: int, without_rehearsal: str | None
) -> tuple[Done, ...]:
    """Makes the target's proxies as deploy.yml says, one after another. Returns what came of each.

    wait: as in deploy_host.deploy(). Raises Refused without a receipt or the lock, StepFailed if a step fails:
    that proxy has its old files again.
    """
    done: list[Done] = []

    def deploy_one(host: Job) -> None:
        done.append(_deploy(host, source, wait, without_rehearsal))

    proxies = all_hosts.proxies(job)
    if proxies:
        all_hosts.in_turn(proxies, deploy_one)
    return tuple(done)


def preview_plan(job: Job, source: Source) -> None:
    """Prints what deploy() would change on the proxies."""
    for host in all_hosts.proxies(job):
        with session.connected(host) as (connection, observed):
            desired = _desired(host, source, observed)
            actions = _plan(host, desired, observed)
            refused = deploy_host.receipt_refusal(host, source, connection) if actions else ""
        if not actions:
            host.report.answer(_answer(host, changed=False))
            continue
        for warning in hsts.warnings(desired, observed):
            host.report.warn(host.located(warning))
        files = tuple(preview.changes(desired, observed))
        planned = tuple(map(PlannedStep.of, actions))
        host.report.answer(
            Plan(
                host.target_name,
                host.target.address,
                _NAME,
                source.commit,
                files=files,
                steps=planned,
                refused=refused,
            )
        )


def require_converged(job: Job, source: Source) -> None:
    """As deploy_host.require_converged(), for one proxy."""
    with session.connected(job) as (_, observed):
        actions = _plan(job, _desired(job, source, observed), observed)
    deploy_host.refuse_further(job, actions)


def _deploy(job: Job, source: Source, wait: int, without_rehearsal: str | None) -> Done:
    with session.connected(job) as (connection, observed):
        session.report_os(job, observed)
        desired = _desired(job, source, observed)
        if not _plan(job, desired, observed):
            job.report.answer(_answer(job, changed=False))
            return Done(changed=False)
        certificate_names.warn(job, connection, observed)
        deploy_host.require_receipt(job, source, connection, without_rehearsal)
        entry = AuditEntry("deploy", _NAME, source.commit, without_rehearsal)
        with session.locked(connection, job, entry, wait, observed) as now:
            for warning in hsts.warnings(desired, now):
                job.report.warn(job.located(warning))
            desired = _desired(job, source, now)
            actions = _plan(job, desired, now)
            warnings = steps.apply_all(job, connection, actions, explain=certificate.explain)
    job.report.answer(_answer(job, changed=True))
    return Done(changed=True, warnings=tuple(warnings))


def _desired(job: Job, source: Source, observed: ObservedState) -> DesiredState:
    """Raises as prepare.desired_state()."""
    config, target, templates = job.config, job.target, job.project.templates
    issuer.require_terms(target, job.target_name)
    domains.refuse_if_taken(config, target, observed.other_sites, job.target_name)
    plain = target.model_copy(update={"https": "off"})
    before = proxy_files.site_config(config, plain, templates, answers_challenges=True)
    return DesiredState(
        config,
        target,
        Manifest(_NAME, source.commit, "", datetime.now(UTC).isoformat(), session.who()),
        site_config=proxy_files.site_config(
            config, target, templates, answers_challenges=target.has_https
        ),
        config_before_https=before if target.asks_issuer else (),
        acme_ca=prepare.acme_ca(target),
    )


def _plan(job: Job, desired: DesiredState, observed: ObservedState) -> Sequence[Action]:
    """None if the host is as desired. HAProxy reads its error pages with the configuration that names them."""
    install = [*plan.certificate_first(desired, observed), *site_config.install(desired, observed)]
    pages = proxy_files.error_pages(job.config, job.target, job.project.templates)
    upload = WriteFiles("upload the error pages", pages, desired.paths.error_pages)
    return [upload, *install] if install else []


def _answer(job: Job, *, changed: bool) -> ProxyDeployed:
    return ProxyDeployed(job.target_name, job.target.address, changed)
