"""A failure scenario of several hosts, on a staging VM that is a machine for each of them."""

from functools import cached_property
from typing import Any

from tests.integration.staging import Answer, vm_name
from tests.traps.place import StagingVm


class StagingSet(StagingVm):
    """Its VM is another one than that of the scenarios of a single host."""

    @property
    def words(self) -> str:
        kind = ", containers" if self.healthy.provider == "lxc" else ""
        return f"on a staging VM for each host{kind}"

    def with_target(self, shipped: dict[str, Any]) -> dict[str, Any]:
        return {**shipped, "vm": {**shipped["vm"], "name": vm_name("hosts")}}

    def root(self, line: str, role: str = "") -> Answer:
        return self.healthy.host(line, self._of_role(role or "web"))

    @property
    def neutral(self) -> dict[str, str]:
        """The addresses of these machines -> those of the app's deploy.yml."""
        named = self.base.settings["targets"]["production"]["hosts"]
        return {
            here: there["address"] for (here, _), there in zip(self._machines, named, strict=True)
        }

    def end(self) -> None:
        self.healthy.deploy_py("destroy", "--yes")

    def _of_role(self, role: str) -> str:
        return next(address for address, roles in self._machines if role in roles)

    @cached_property
    def _machines(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Address and roles of each."""
        target = self.healthy.settings().target("vagrant")
        return tuple((one.address, one.roles) for one in target.host_list)
