"""Settings and the environment."""

from understudy.diagnosis import Rule

RULES: tuple[Rule, ...] = ()
