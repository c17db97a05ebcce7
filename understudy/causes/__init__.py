"""What is known to go wrong, as rules for diagnosis.py, by kind. The first rule that fits tells."""

from understudy.causes import code, data, dependencies, files, host, serving, settings
from understudy.diagnosis import Rule

# From the most telling kind to the least: an app that can't be imported has no wrong settings yet.
RULES: tuple[Rule, ...] = (
    *dependencies.RULES,
    *files.RULES,
    *settings.RULES,
    *data.RULES,
    *serving.RULES,
    *host.RULES,
    *code.RULES,
)
