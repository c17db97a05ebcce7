"""Each rule's words, with facts in which its cause is true and facts in which it isn't."""

from tests.unit.cause_cases import (
    certificates,
    code,
    data,
    edge,
    files,
    neighbours,
    packages,
    serving,
    settings,
    settings_module,
    system,
)

CASES = {
    **certificates.CASES,
    **files.CASES,
    **packages.CASES,
    **system.CASES,
    **code.CASES,
    **data.CASES,
    **settings_module.CASES,
    **settings.CASES,
    **neighbours.CASES,
    **serving.CASES,
    **edge.CASES,
}
