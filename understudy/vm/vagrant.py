"""What Vagrant is called for: making and removing the VM, and taking a box. Each call costs over a second."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from understudy.errors import StepFailed, Unreachable
from understudy.local import tool_output
from understudy.paths import Project
from understudy.report.events import Report
from understudy.vm.box import Box

TAIL_LINES = 20


class VagrantCalls:
    """For the VM of that name. state: a directory for what Vagrant and the VM's console say."""

    def __init__(self, project: Project, name: str, state: Path, report: Report) -> None:
        self._project = project
        self._name = name
        self._state = state
        self._report = report

    def up(self) -> None:
        """Makes the VM if there is none, and boots it. What Vagrant says meanwhile is told."""
        self._call("up", self._up_telling)

    def destroy(self) -> None:
        self._call("destroy", lambda: self._vagrant.destroy())

    def has(self, box: Box) -> bool:
        return _folder(box).is_dir()

    def packages(self, box: Box) -> dict[str, str] | None:
        """Those in a box, with their versions, as its build wrote them down. None if it was removed:
        a VM that is made does without.
        """
        # Some Vagrants have a folder for the kind of processor, too.
        file = next(_folder(box).rglob("packages"), None)
        if file is None:
            return None
        rows = (line.partition("\t") for line in file.read_text().splitlines())
        return {name: version for name, _, version in rows}

    def add(self, box: Box, catalog: Path) -> None:
        """Another project of this machine may add the same box meanwhile: that's as good."""
        try:
            self._call("box add", lambda: self._vagrant.box_add(box.name, str(catalog)))
        except StepFailed:
            if not self.has(box):
                raise

    def vm_id(self) -> str:
        """The UUID of the VM that Vagrant made here; empty if it has made none."""
        where = os.environ.get("VAGRANT_DOTFILE_PATH", ".vagrant")
        machine = self._project.directory / where / "machines" / self._name
        file = machine / "libvirt" / "id"
        return file.read_text().strip() if file.exists() else ""

    @cached_property
    def _vagrant(self) -> Any:
        # Only here: most runs call no Vagrant.
        import vagrant

        return vagrant.Vagrant(
            root=str(self._project.directory),
            out_cm=self._open_log,
            err_cm=self._open_log,
            env={**os.environ, "UNDERSTUDY_CONFIG": str(self._project.config_file.absolute())},
        )

    def _up_telling(self) -> None:
        with self._open_log() as log:
            for line in self._vagrant.up(stream_output=True):
                # A progress bar draws itself anew in one endless line.
                line = line.rpartition("\x1b[K")[2]
                log.write(line)
                told = line.partition(": ")[2].strip()
                # Lines with dashes list the domain's settings; the log has them.
                if told and not told.startswith("--"):
                    self._report.detail(told.removeprefix("==> "))

    @contextmanager
    def _open_log(self) -> Iterator[IO[str]]:
        # By lines: what Vagrant itself writes into it must stand where it was written.
        with (self._state / "vagrant.log").open("a", buffering=1) as log:
            yield log

    def _call(self, title: str, call: Callable[[], object]) -> None:
        """Calls Vagrant. What it says goes to a log, whose end is shown if it fails."""
        (self._state / "vagrant.log").write_text("")
        try:
            call()
        except (FileNotFoundError, RuntimeError):
            # python-vagrant's own way to say that there is no vagrant on the PATH.
            raise Unreachable("vagrant is not installed", hint="make setup") from None
        except subprocess.CalledProcessError as error:
            said = (self._state / "vagrant.log").read_text(errors="replace")
            raise StepFailed(
                f"vagrant {title} failed",
                details="\n".join(self._last_lines(said)) or str(error),
                hint=self._hint(said),
                cause=tool_output.reason(said),
            ) from None

    def _last_lines(self, said: str) -> Iterator[str]:
        yield from tool_output.lines(said, TAIL_LINES)
        if console := _tail(self._state / "console.log"):
            yield f"--- serial console ---\n{console}"

    def _hint(self, said: str) -> str:
        if "already taken" in said or "storage vol" in said:
            return (
                f"Another directory made a VM named {self._name}: set another vm.name, or "
                f"virsh -c qemu:///system destroy {self._name}; "
                f"virsh -c qemu:///system undefine {self._name} "
                "--snapshots-metadata --remove-all-storage"
            )
        return "python deploy.py doctor. Once mended, the same command goes on."


def _tail(file: Path) -> str:
    if not file.exists():
        return ""
    return "\n".join(file.read_text(errors="replace").splitlines()[-TAIL_LINES:])


def _folder(box: Box) -> Path:
    """Where Vagrant keeps a box: to look there needs no call."""
    home = Path(os.environ.get("VAGRANT_HOME", "~/.vagrant.d")).expanduser()
    return home / "boxes" / box.name.replace("/", "-VAGRANTSLASH-") / box.version
