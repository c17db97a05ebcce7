"""What the staging VM is built from: deploy.yml, provision/, the Vagrantfile and production's capture."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from understudy.config.machines import Vm as VmConfig
from understudy.host.provisioning import Provisioning, of_project
from understudy.job import Job
from understudy.vm import box as boxes
from understudy.vm import follow, given_box, levels
from understudy.vm import provider as providers
from understudy.vm.box import Box
from understudy.vm.given_box import GivenBox
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
        made_from = (self.provider.name, *self._box_key, address, *size, vagrantfile)
        made_from += self._hosts_key
        # Not as an empty text: no VM of this machine is another one for it.
        made_from += (self.job.config.vm.host,) if self.job.config.vm.host else ()
        return levels.level(PROVISIONED, *made_from, *self._programs_key)

    @property
    def _hosts_key(self) -> tuple[str, ...]:
        """Of a VM with several machines."""
        hosts = self.job.config.target(self.job.target_name).host_list
        shapes = [f"{name} {size}" for name, size in self.sizes.items()]
        return (*(f"{host.address} {','.join(host.roles)}" for host in hosts), *shapes)

    @cached_property
    def sizes(self) -> Mapping[str, Mapping[str, int]]:
        """Of those of several machines that have a size of their own."""
        return follow.sizes(self.job)

    @property
    def _programs_key(self) -> tuple[str, ...]:
        """Where the programs are that a container's settings name: an installed Understudy may move."""
        resources = self.job.project.resources
        is_checkout = self.job.project.vagrantfile.parent == resources
        return () if is_checkout or self.provider.name != providers.LXC else (str(resources),)

    @cached_property
    def provider(self) -> Choice:
        vm = self.job.config.vm
        return providers.chosen(self.job.project, vm.name, vm.provider, vm.host)

    @cached_property
    def box(self) -> Box | GivenBox:
        """What the VM starts from."""
        return self.built_box if self.given_box is None else self._of_given(self.given_box)

    @cached_property
    def given_box(self) -> GivenBox | None:
        """The box of vm.box; None if the box is built here. Raises ConfigError if it is a missing file."""
        vm = self.job.config.vm
        return given_box.given_box(vm.box, self.job.directory) if vm.box else None

    @cached_property
    def built_box(self) -> Box:
        archive = self.job.config.vm.mirror
        return boxes.box_for(
            self.job.project, self.release, self.provisioning, self.mirror, archive
        )

    @cached_property
    def provisioning(self) -> Provisioning:
        """Of the box: a host with all roles."""
        target = self.job.config.target(self.job.target_name).without_address
        return of_project(self.job.project, self.job.config, target)

    @cached_property
    def mirror(self) -> Mirror | None:
        """What the VM takes over from production; None if production was not captured.

        Raises ConfigError if the capture is damaged or no box can be built for it.
        """
        return follow.mirror(self.job, in_container=self.provider.name == providers.LXC)

    def _of_given(self, box: GivenBox) -> GivenBox:
        in_container = self.provider.name == providers.LXC
        return given_box.for_container(self.job.project, box) if in_container else box

    @property
    def _box_key(self) -> tuple[str, ...]:
        """All that the VM has from its box, and from its provisioning."""
        # A box that is built here has a version for each provisioning.
        if self.given_box is None:
            return (self.box.version,)
        return (self.box.name, self.provisioning.stamp)

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
