"""The secrets that this machine knows: neither a terminal nor a report shows them."""

import os
from functools import lru_cache

from understudy.config.environments import environments
from understudy.paths import Project
from understudy.report.masking import secret_values


def known_secrets(project: Project) -> frozenset[str]:
    """Values in deploy.yml, right or wrong, and in this process's environment whose names say that they are
    secret.
    """
    try:
        text = project.config_file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    return secret_values(os.environ) | _in_text(text)


# A run asks before it prints, and again before it writes its report.
@lru_cache(maxsize=1)
def _in_text(text: str) -> frozenset[str]:
    return frozenset[str]().union(*map(secret_values, environments(text)))
