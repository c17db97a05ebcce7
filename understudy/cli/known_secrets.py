"""The secrets that this machine knows: neither a terminal nor a report shows them."""

import os

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
    return frozenset[str]().union(*map(secret_values, (os.environ, *environments(text))))
