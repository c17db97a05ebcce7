"""The password of a site with basic_auth, for what visits it from here: BASIC_AUTH_NAME in the environment."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from understudy.config.target import TargetConfig
from understudy.errors import ConfigError

VARIABLE = "BASIC_AUTH_"


@dataclass(frozen=True)
class Login:
    """What a visitor enters. No text of it shows the password."""

    name: str
    password: str = field(repr=False)

    @property
    def header(self) -> str:
        """The value of Authorization (RFC 7617)."""
        return "Basic " + base64.b64encode(f"{self.name}:{self.password}".encode()).decode()

    def url(self, url: str) -> str:
        """The start page of the URL's origin with name and password in it, for a browser."""
        parts = urlsplit(url)
        return f"{parts.scheme}://{quote(self.name, '')}:{quote(self.password, '')}@{parts.netloc}/"


def find(target: TargetConfig, target_name: str, known: Mapping[str, str]) -> Login | None:
    """None for a site that is open to all. known: variable -> value.

    Raises ConfigError if no password is known.
    """
    if not target.basic_auth:
        return None
    for name in sorted(known):
        if name.startswith(VARIABLE) and known[name]:
            return Login(name.removeprefix(VARIABLE).lower(), known[name])
    raise ConfigError(
        f"{target_name} has basic_auth, and no password for it is known here",
        hint=_kept(target_name) if target.disposable else _from_environment(target_name),
    )


def _kept(target_name: str) -> str:
    """Of a disposable target: what `secrets set` gives is known here from then on."""
    return (
        f"`python deploy.py secrets set {VARIABLE}ANNA --target {target_name}` makes one for anna on the "
        "running host (the VM runs after `python deploy.py up`), and keeps it on this machine for later runs."
    )


def _from_environment(target_name: str) -> str:
    return (
        f"Set {VARIABLE}NAME in this shell's environment to the password of NAME, which "
        f"`secrets set {VARIABLE}NAME --target {target_name}` has given."
    )
