"""What is known to go wrong, as rules for diagnosis/rules.py, by kind. The first rule that fits is shown."""

from understudy.diagnosis.causes import (
    certificates,
    code,
    data,
    dependencies,
    dns_challenges,
    edge,
    endless,
    files,
    host,
    imports,
    mail,
    neighbours,
    places,
    processes,
    serving,
    settings,
    settings_module,
    starting,
    system,
    timers,
    workers,
)
from understudy.diagnosis.rules import Rule

# From the most specific kind to the least. A module that isn't committed looks like a package that
# isn't locked, and an app that can't be imported has no wrong settings yet.
RULES: tuple[Rule, ...] = (
    *dns_challenges.RULES,
    *certificates.RULES,
    *endless.RULES,
    *files.RULES,
    *processes.RULES,
    *timers.RULES,
    *imports.RULES,
    *dependencies.RULES,
    *system.RULES,
    *settings_module.RULES,
    *settings.RULES,
    *edge.RULES,
    *data.RULES,
    *starting.RULES,
    *mail.RULES,
    *neighbours.RULES,
    *serving.RULES,
    *workers.RULES,
    *host.RULES,
    *places.RULES,
    *code.RULES,
    *workers.BY_DEAD_ENDS,
    *serving.BY_ANSWER,
)
