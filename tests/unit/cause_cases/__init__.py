"""Each rule's words, with facts in which its cause is true and facts in which it isn't."""

from tests.unit.cause_cases import (
    certificates,
    code,
    data,
    dns_challenges,
    edge,
    files,
    mail,
    neighbours,
    packages,
    processes,
    serving,
    settings,
    settings_module,
    system,
    timers,
)

CASES = {
    **certificates.CASES,
    **dns_challenges.CASES,
    **files.CASES,
    **packages.CASES,
    **processes.CASES,
    **system.CASES,
    **timers.CASES,
    **code.CASES,
    **data.CASES,
    **settings_module.CASES,
    **settings.CASES,
    **mail.CASES,
    **neighbours.CASES,
    **serving.CASES,
    **edge.CASES,
}
