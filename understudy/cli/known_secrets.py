"""The secrets that this machine knows: neither a terminal nor a report shows them."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache

from understudy.config.environments import environments, recipients
from understudy.paths import Project
from understudy.report.masking import secret_values, url_secrets

# Those with a password, wherever they are in a deploy.yml.
_URL = re.compile(r"[a-z][a-z0-9+]*://[^\s'\"/@]*:[^\s'\"@]*@[^\s'\",}\]]*", re.I)


def known_secrets(project: Project) -> frozenset[str]:
    """Values in deploy.yml, right or wrong, in this process's environment, and of the secrets that are kept
    here for disposable targets; those whose names say that they are secret.
    """
    try:
        text = project.config_file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    urls = map(url_secrets, _notified(text))
    return secret_values(os.environ).union(
        _in_text(text), *urls, *map(secret_values, _kept(project))
    )


def _notified(text: str) -> Iterator[str]:
    """The URLs of notify.to: in this environment, or in deploy.yml by mistake."""
    for one in recipients(text):
        url = one if "://" in one else os.environ.get(one)
        if url:
            yield url


def _kept(project: Project) -> Iterator[Mapping[str, str]]:
    """Of each target; host/kept_secrets.py writes them. Nothing of a damaged file."""
    for file in project.kept_secrets.glob("*.json"):
        with suppress(OSError, ValueError):
            yield json.loads(file.read_text())


# A run asks before it prints, and again before it writes its report.
@lru_cache(maxsize=1)
def _in_text(text: str) -> frozenset[str]:
    urls = dict.fromkeys(_URL.findall(text), "")
    in_urls = secret_values({str(number): url for number, url in enumerate(urls)})
    return in_urls.union(*map(secret_values, environments(text)))
