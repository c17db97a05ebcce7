"""Output of the query -> Capture, section by section."""

from collections.abc import Callable, Mapping

from understudy.errors import StepFailed
from understudy.parity.capture import accounts, processes, services, software, system
from understudy.parity.capture.answer import Answer, cut
from understudy.parity.capture.observed import observed
from understudy.parity.capture.texts import without_secrets
from understudy.parity.capture.value import UNREADABLE, Capture, Section

SECTIONS: Mapping[str, Callable[[Answer], Section]] = {
    "os": system.os,
    "packages": software.packages,
    "manual": software.manual,
    "python": software.python,
    "locale": system.locale,
    "time": system.time,
    "cpu": system.cpu,
    "memory": system.memory,
    "mounts": system.mounts,
    "sysctl": system.sysctl,
    "limits": system.limits,
    "ports": services.ports,
    "firewall": services.firewall,
    "users": accounts.users,
    "sudo": accounts.sudo,
    "hosts": accounts.hosts,
    "environment": accounts.environment,
    "units": services.units,
    "processes": processes.processes,
    "unit_files": services.unit_files,
    "cron": services.cron,
    "nginx": services.nginx,
    "certificates": services.certificates,
    "postgresql": software.postgresql,
    "mariadb": software.mariadb,
    "files": software.files,
    "modes": software.modes,
    "observed": observed,
}


def parse(output: str, site: str, domain: str, started_at: float) -> Capture:
    """Output of the query -> Capture. Raises StepFailed if it was cut off or can't be parsed.

    site, domain, started_at: see Answer.
    """
    answer = cut(output, site, domain, started_at)
    return Capture({name: _section(name, answer) for name in SECTIONS})


def _section(name: str, answer: Answer) -> Section:
    why = answer.why_unreadable(name)
    if why:
        return {UNREADABLE: without_secrets(why)}
    try:
        return dict(sorted(SECTIONS[name](answer).items()))
    except (ValueError, LookupError, TypeError, ArithmeticError) as error:
        # The output may have secrets in it: the error quotes no more than one word.
        raise StepFailed(
            f"the host's output about {name} can't be parsed",
            details=without_secrets(str(error)),
            hint="This is a bug in Understudy, or a program on the host prints something unusual.",
        ) from None
