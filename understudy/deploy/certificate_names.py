"""Whether the files of a `certificate` are for all names of the target. `https: auto` sees to that itself."""

from understudy.config.names import readable
from understudy.config.target import TargetConfig
from understudy.host.certificates import CertificateState, covers, parse_pem
from understudy.host.facts import ObservedState
from understudy.job import Job
from understudy.ssh.connection import Connection

# Only its names are read.
_ANY_DAY = "1970-01-01"


def warn(job: Job, connection: Connection, observed: ObservedState) -> None:
    """Warns of names that browsers would refuse. Says nothing if the deployer can't read the chain."""
    files = job.target.certificate
    state = _state(str(files.chain), connection, observed) if files else None
    if state and (warning := warning_of(job.target, state)):
        job.report.warn(warning)


def _state(chain: str, connection: Connection, observed: ObservedState) -> CertificateState | None:
    """The facts have it if nginx serves it already."""
    if known := observed.certificates.get(chain):
        return known
    done = connection.run(("cat", chain))
    return parse_pem(done.output, _ANY_DAY) if done.ok else None


def warning_of(target: TargetConfig, state: CertificateState) -> str:
    """Empty if it is for all names, or no certificate at all: nginx refuses that."""
    lacking = [readable(name) for name in target.names if not covers(state.names, name)]
    if state.problem or not lacking or target.certificate is None:
        return ""
    return (
        f"the certificate in {target.certificate.chain} is for {', '.join(state.names) or 'no name'}, not for "
        f"{', '.join(lacking)}: browsers will refuse the site there. Get one for all of `domains`, or "
        "remove the name"
    )
