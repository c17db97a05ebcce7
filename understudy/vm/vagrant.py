"""Calls of Vagrant: build the VM, remove it, add a box. Each call costs over a second."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from understudy.errors import StepFailed, Unreachable
from understudy.local import tool_output
from understudy.local.atomic_write import atomic_write
from understudy.paths import Project
from understudy.report.events import Report
from understudy.vm.box import Box
from understudy.vm.given_box import GivenBox
from understudy.vm.place import Place

TAIL_LINES = 20


class VagrantCalls:
    """For the VM of that name. provider: the VM's. state: the directory of vagrant.log.

    Its calls raise Unreachable if Vagrant is not installed, and StepFailed, with the end of the log, if
    Vagrant fails.
    """

    def __init__(
        self,
        project: Project,
        name: str,
        provider: str,
        state: Path,
        place: Place,
        report: Report,
    ) -> None:
        self._place = place
        self._project = project
        self._name = name
        self._provider = provider
        self._state = state
        self._report = report

    def up(self) -> None:
        """Builds the VM if there is none, and boots it. Shows Vagrant's progress."""
        self._call("up", self._up_with_progress)

    def destroy(self) -> None:
        self._call("destroy", lambda: self._vagrant.destroy())

    def has(self, box: Box | GivenBox) -> bool:
        return self.folder(box) is not None

    def folder(self, box: Box | GivenBox) -> Path | None:
        """Where Vagrant keeps the files of a box; None if it doesn't have it."""
        # Some versions of Vagrant have a directory for the architecture in between.
        found = _folder(box).rglob(self._provider)
        return next((path for path in found if path.is_dir()), None)

    def packages(self, box: Box | GivenBox) -> dict[str, str] | None:
        """Packages in a box -> their versions, from the list that its build wrote.

        None if the box was removed: a VM that is built already runs without it.
        """
        file = next(_folder(box).rglob("packages"), None)
        if file is None:
            return None
        rows = (line.partition("\t") for line in file.read_text().splitlines())
        return {name: version for name, _, version in rows}

    def add(self, box: Box | GivenBox, source: str | Path) -> None:
        """Adds a box, unless another project of this machine adds the same box meanwhile.

        source: its file, URL or catalog; empty if Vagrant's own catalog has it.
        """
        try:
            self._call("box add", lambda: self._add(box, str(source)))
        except StepFailed:
            if not self.has(box):
                raise

    def _add(self, box: Box | GivenBox, source: str) -> None:
        self._vagrant.box_add(box.name, source or None, provider=self._provider)

    @cached_property
    def _vagrant(self) -> Any:
        # Imported here: most runs call no Vagrant.
        import vagrant

        return vagrant.Vagrant(
            root=str(_write_vagrantfile(self._project).parent),
            out_cm=self._open_log,
            err_cm=self._open_log,
            env={**os.environ, "UNDERSTUDY_CONFIG": str(self._project.config_file.absolute())},
        )

    def _up_with_progress(self) -> None:
        with self._open_log() as log:
            for line in self._vagrant.up(provider=self._provider, stream_output=True):
                # A progress bar redraws itself within one line.
                line = line.rpartition("\x1b[K")[2]
                log.write(line)
                text = line.partition(": ")[2].strip()
                # Lines with dashes list the domain's settings; the log has them.
                if text and not text.startswith("--"):
                    self._report.detail(text.removeprefix("==> "))

    @contextmanager
    def _open_log(self) -> Iterator[IO[str]]:
        # Line-buffered, so that what Vagrant itself writes into the log keeps its place.
        with (self._state / "vagrant.log").open("a", buffering=1) as log:
            yield log

    def _call(self, title: str, call: Callable[[], object]) -> None:
        """Calls Vagrant with its output in a log, whose end is shown if it fails."""
        (self._state / "vagrant.log").write_text("")
        try:
            call()
        except (FileNotFoundError, RuntimeError):
            # python-vagrant raises RuntimeError if there is no vagrant on the PATH.
            raise Unreachable(
                "vagrant is not installed", hint="python deploy.py doctor --fix"
            ) from None
        except subprocess.CalledProcessError as error:
            output = (self._state / "vagrant.log").read_text(errors="replace")
            raise StepFailed(
                f"vagrant {title} failed",
                details="\n".join(self._last_lines(output)) or str(error),
                hint=self._hint(output),
                cause=tool_output.reason(output),
            ) from None

    def _last_lines(self, output: str) -> Iterator[str]:
        yield from tool_output.lines(output, TAIL_LINES)
        if console := self._place.console():
            yield f"--- serial console ---\n{console}"

    def _hint(self, output: str) -> str:
        if self._provider == "lxc" and "already exists" in output:
            return (
                f"Another directory has a VM named {self._name}: set another vm.name, or remove that VM: "
                f"sudo lxc-destroy --force --name {self._name}"
            )
        if "already taken" in output or "storage vol" in output:
            virsh = f"virsh -c {self._place.uri}"
            return (
                f"Another directory has a VM named {self._name}: set another vm.name, or remove that VM: "
                f"{virsh} destroy {self._name}; {virsh} undefine {self._name} "
                "--snapshots-metadata --remove-all-storage"
            )
        return "python deploy.py doctor. Fix what it finds, then run the same command again: it resumes."


def _write_vagrantfile(project: Project) -> Path:
    """Writes the project's own Vagrantfile, unless it is Understudy's. Returns its path."""
    file, ours = project.vagrantfile, project.resources / "Vagrantfile"
    if file != ours:
        directory = project.directory.absolute()
        text = (
            f"# Written by Understudy for the staging VM of {directory}.\n"
            f"ENV['UNDERSTUDY_PROJECT'] = {_ruby(directory)}\nload {_ruby(ours)}\n"
        )
        atomic_write(file, text)
    return file


def _ruby(path: Path) -> str:
    """A path as a string in Ruby."""
    escaped = str(path).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _folder(box: Box | GivenBox) -> Path:
    """Where Vagrant keeps a box: looking there needs no call."""
    home = Path(os.environ.get("VAGRANT_HOME", "~/.vagrant.d")).expanduser()
    return home / "boxes" / box.name.replace("/", "-VAGRANTSLASH-") / box.version
