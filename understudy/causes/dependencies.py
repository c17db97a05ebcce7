"""Packages and system libraries."""

from understudy.diagnosis import Rule

RULES: tuple[Rule, ...] = ()
