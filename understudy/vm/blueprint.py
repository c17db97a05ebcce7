"""What the staging VM is built from: deploy.yml, provision/, the Vagrantfile and production's capture."""

from dataclasses import dataclass
from functools import cached_property

from understudy.config.machines import Vm as VmConfig
from understudy.host.provisioning import Provisioning, of_project
from understudy.job import Job
from understudy.vm import box as boxes
from understudy.vm import follow, levels
from understudy.vm import provider as providers
from understudy.vm.box import Box
from understudy.vm.levels import PROVISIONED, Level
from understudy.vm.mirror.value import Mirror
from understudy.vm.provider import Choice


@dataclass(frozen=True)
class Blueprint:
    """Each part is computed when it is first needed: a damaged capture must not prevent `destroy`."""

    job: Job

    @cached_property
    def level(self) -> Level:
        """The VM as it is just after `up`. Any change of what it is built from is another level."""
        vagrantfile = (self.job.project.resources / "Vagrantfile").read_text()
        size = map(str, self.size.values())
        address = self.job.config.vm.address
        made_from = (self.provider.name, self.box.version, address, *size, vagrantfile)
        return levels.level(PROVISIONED, *made_from)

    @cached_property
    def provider(self) -> Choice:
        vm = self.job.config.vm
        return providers.chosen(self.job.project, vm.name, vm.provider)

    @cached_property
    def box(self) -> Box:
        archive = self.job.config.vm.mirror
        return boxes.box_for(
            self.job.project, self.release, self.provisioning, self.mirror, archive
        )

    @cached_property
    def provisioning(self) -> Provisioning:
        admin = self.job.target.admin
        return of_project(self.job.project, self.job.config, admin)

    @cached_property
    def mirror(self) -> Mirror | None:
        """What the VM takes over from production; None if production was not captured.

        Raises ConfigError if the capture is damaged or no box can be built for it.
        """
        return follow.mirror(self.job, in_container=self.provider.name == providers.LXC)

    @property
    def release(self) -> str:
        return self._shape.release

    @property
    def size(self) -> dict[str, int]:
        """memory: MiB. cpus: processors."""
        return {"memory": self._shape.memory, "cpus": self._shape.cpus}

    @property
    def _shape(self) -> Mirror | VmConfig:
        return self.mirror or self.job.config.vm
