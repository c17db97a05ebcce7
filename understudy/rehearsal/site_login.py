"""The password of a site with basic_auth, for the tests that visit it."""

import os
from collections.abc import Mapping

from understudy.host import kept_secrets
from understudy.job import Job
from understudy.testing import login


def variables(job: Job) -> Mapping[str, str]:
    """What tests need in their environment. Raises ConfigError if no password is known.

    That of a disposable target is kept on this machine; the environment of Understudy itself comes first.
    """
    target = job.config.target(job.target_name)
    if not target.basic_auth:
        return {}
    known = {**kept_secrets.values(job), **os.environ}
    login.find(target, job.target_name, known)
    return {name: value for name, value in known.items() if name.startswith(login.VARIABLE)}
