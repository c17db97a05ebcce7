"""Where a connection leads: what it needs to know of a target. A target of deploy.yml is one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Endpoint(Protocol):
    """key: the private key, None for the agent's and those of ~/.ssh. known_hosts: None for the user's own."""

    @property
    def address(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def admin(self) -> str: ...
    @property
    def key(self) -> Path | None: ...
    @property
    def known_hosts(self) -> Path | None: ...


@dataclass(frozen=True)
class KnownEndpoint:
    """An endpoint that is known without its deploy.yml."""

    address: str
    port: int
    admin: str
    key: Path | None
    known_hosts: Path | None


def of(target: Endpoint) -> KnownEndpoint:
    """The endpoint alone, which compares equal to that of any target with the same."""
    return KnownEndpoint(target.address, target.port, target.admin, target.key, target.known_hosts)
