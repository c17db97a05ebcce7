"""The database and its migrations."""

from understudy.diagnosis import Rule

RULES: tuple[Rule, ...] = ()
