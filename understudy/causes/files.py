"""Files that the release lacks, or looks for in the wrong place."""

from understudy.diagnosis import Rule

RULES: tuple[Rule, ...] = ()
