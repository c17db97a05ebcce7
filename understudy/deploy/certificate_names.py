"""Whether the files of a `certificate` are for all names of the target. `https: auto` sees to that itself."""

from understudy.config.names import readable
from understudy.config.target import TargetConfig
from understudy.host.certificates import covers, parse_pem
from understudy.job import Job
from understudy.ssh.connection import Connection

# Only its names are read.
_ANY_DAY = "1970-01-01"


def warn(job: Job, connection: Connection) -> None:
    """Warns of names that browsers would refuse. Says nothing if the deployer can't read the chain."""
    files = job.target.certificate
    done = connection.run(("cat", files.chain)) if files else None
    if done and done.ok and (warning := warning_of(job.target, done.output)):
        job.report.warn(warning)


def warning_of(target: TargetConfig, chain: str) -> str:
    """Empty if it is for all names, or no certificate at all: nginx refuses that. chain: PEM."""
    state = parse_pem(chain, _ANY_DAY)
    lacking = [readable(name) for name in target.names if not covers(state.names, name)]
    if state.problem or not lacking or target.certificate is None:
        return ""
    return (
        f"the certificate in {target.certificate.chain} is for {', '.join(state.names) or 'no name'}, not for "
        f"{', '.join(lacking)}: browsers will refuse the site there. Get one for all of `domains`, or "
        "remove the name"
    )
