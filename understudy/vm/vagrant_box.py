"""The VM's box in Vagrant: built here, or fetched; and what the Vagrantfile reads of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from understudy.errors import StepFailed
from understudy.local.atomic_write import atomic_write
from understudy.paths import Project
from understudy.report.events import Report
from understudy.vm import box as boxes
from understudy.vm import given_box
from understudy.vm.blueprint import Blueprint
from understudy.vm.given_box import GivenBox
from understudy.vm.place import Place
from understudy.vm.vagrant import VagrantCalls


@dataclass(frozen=True)
class VagrantBox:
    project: Project
    blueprint: Blueprint
    vagrant: VagrantCalls
    place: Place
    report: Report

    def ensure(self) -> None:
        """Adds the box to Vagrant, unless Vagrant has it: it is built here, or fetched."""
        if not self.vagrant.has(self.blueprint.box):
            given = self.blueprint.given_box
            self._add_built() if given is None else self._add_given(given)
        self._write_settings()

    def packages(self) -> Mapping[str, str] | None:
        return self.vagrant.packages(self.blueprint.box)

    def _add_built(self) -> None:
        blueprint = self.blueprint
        box = blueprint.built_box
        catalog = boxes.build(
            self.project, box, blueprint.provisioning, self.report, blueprint.mirror
        )
        with self.report.step(f"add box {box.name} to Vagrant"):
            self.vagrant.add(box, catalog)

    def _add_given(self, given: GivenBox) -> None:
        vagrant, box = self.vagrant, self.blueprint.box
        if not vagrant.has(given):
            with self.report.step(f"get box {given.url or given.name}"):
                self._get(given)
        folder = vagrant.folder(given)
        if folder is not None and box != given:
            with (
                self.report.step("make the box a container's"),
                given_box.container_box(self.project, given, folder) as made,
            ):
                vagrant.add(box, made)

    def _get(self, given: GivenBox) -> None:
        try:
            self.vagrant.add(given, given.url)
        except StepFailed as error:
            provider = self.blueprint.provider.name
            error.hint = f"vm.box must be a box for {provider}; vm.provider sets another provider."
            raise

    def _write_settings(self) -> None:
        """Writes what the Vagrantfile reads: the box's version, and what follows from a capture."""
        box, blueprint = self.blueprint.box, self.blueprint
        shape = {"release": blueprint.release, **blueprint.size} if blueprint.mirror else {}
        if isinstance(box, GivenBox):
            shape["box_name"] = box.name
        else:
            pinned = self.project.state / "boxes" / f"{box.release}.version"
            atomic_write(pinned, box.version)
        directory = self.project.state / "vm" / self.blueprint.job.config.vm.name
        atomic_write(directory / "like-production.json", json.dumps(shape))
        atomic_write(directory / "vm-host.json", json.dumps(self.place.settings()))
