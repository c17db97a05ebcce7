"""Whether a difference between two files of a release is in Understudy's own code alone. Pure."""

import ast
from collections.abc import Mapping

from understudy.release.render import PROGRAMS

GUNICORN = "gunicorn.conf.py"
# File of a release that is a program of Understudy -> its template.
TEMPLATES: Mapping[str, str] = {GUNICORN: f"{GUNICORN}.j2", **{name: name for name in PROGRAMS}}
# What deploy.yml decides in gunicorn's file.
_SETTINGS = {
    "wsgi_app",
    "bind",
    "workers",
    "worker_class",
    "timeout",
    "graceful_timeout",
    "limit_request_field_size",
    "FRAMEWORK",
}


def is_all_of_it(name: str, before: str, after: str) -> bool:
    """name: of the file. False for files that hold more of deploy.yml, and for a text that is no Python."""
    if name == GUNICORN:
        try:
            return _settings(before) == _settings(after)
        except (SyntaxError, ValueError):
            return False
    return name in PROGRAMS


def _settings(text: str) -> dict[str, str]:
    assigned = (node for node in ast.parse(text).body if isinstance(node, ast.Assign))
    return {
        target.id: ast.dump(node.value)
        for node in assigned
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in _SETTINGS
    }
