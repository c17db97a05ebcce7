"""The host: its services, its boot, its disk."""

from understudy.diagnosis import Rule

RULES: tuple[Rule, ...] = ()
