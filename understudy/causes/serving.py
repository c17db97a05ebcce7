"""Between the visitor and the app: nginx, headers, static files, workers."""

from understudy.diagnosis import Rule

RULES: tuple[Rule, ...] = ()
