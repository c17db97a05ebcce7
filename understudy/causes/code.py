"""The code itself."""

from understudy.diagnosis import Rule

RULES: tuple[Rule, ...] = ()
