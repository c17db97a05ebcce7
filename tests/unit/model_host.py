"""A model of a host: what each action of a plan does to the observed state."""

from dataclasses import replace
from pathlib import PurePosixPath

from understudy.deploy.desired import DesiredState
from understudy.host.actions import Action, Run, Send, Start, Switch, WriteFiles
from understudy.host.facts import ObservedState
from understudy.host.processes import ObservedProcess
from understudy.release.processes import ReleaseProcess


class ModelHost:
    """Applies actions one by one, and fails the test if the live release stops, loses its files, or is not
    complete at any moment. A copy is independent of it.
    """

    def __init__(
        self,
        desired: DesiredState,
        observed: ObservedState,
        runs: tuple[ReleaseProcess, ...] = (),
    ) -> None:
        """runs: what the desired release is to run besides the web process."""
        self.state = observed
        self._desired = desired
        self._runs = runs
        # A host without a live release has nothing to lose.
        self._live = observed.current in observed.running

    def apply(self, action: Action) -> None:
        match action:
            case Run():
                self._run(action)
            case Start():
                self._needs_release(action.release_id)
                assert self._desired.release.lock in self.state.venvs, "started without packages"
                self._change(running=self.state.running | {action.release_id})
            case Switch():
                self._needs_release(action.release_id)
                assert self._runs_somehow(action.release_id), (
                    "switched to a release that does not run"
                )
                self._change(current=action.release_id)
            case Send():
                self._send(action)
            case WriteFiles():
                pass
        if self._live and self._desired.target.is_web:
            assert self.state.current in self.state.running, (
                f"{action.title}: the live release stopped"
            )
        self._live = self.state.current in self.state.running

    def _send(self, action: Send) -> None:
        if action.title.endswith(" packages"):
            self._change(packages=frozenset({"a-1", "b-2"}))
        else:
            release = self._desired.release
            assert release.id not in (self.state.current, *self.state.running), "unpacked over it"
            runs = {**self.state.release_processes, release.id: self._runs}
            self._change(releases=(*self.state.releases, release), release_processes=runs)

    def _run(self, action: Run) -> None:  # noqa: C901 - one table of all commands
        argv, desired = action.argv, self._desired
        paths, release_id = desired.paths, desired.release.id
        if action.title.startswith("make environment"):
            needed = {PurePosixPath(word).name for word in argv if "/cache/packages/" in word}
            assert needed <= self.state.packages, "links to what is not there"
            self._change(venvs=self.state.venvs | {desired.release.lock})
        elif argv[-2:] == ("install", release_id):
            files = {str(file.path): file.content for file in desired.site_config}
            self._change(files={**self.state.files, **files})
        elif action.title.startswith("switch back to "):
            self._change(current=argv[-1])
        elif action.title == "check health through nginx":
            assert self.state.current == release_id
        elif action.title.endswith(f"record {release_id} as live"):
            assert self.state.current == release_id
            self._change(served=self.state.served | {release_id})
        elif action.title.startswith(f"check {release_id} through nginx"):
            assert release_id in self.state.running, "checked a release that does not run"
            assert str(desired.site_config[0].path) in self.state.files, "nginx doesn't know it yet"
            assert self.state.current != release_id, "checked when it was live already"
        elif argv[-2:-1] == ("stop",):
            gone = {argv[-1]}
            self._change(running=self.state.running - gone, ending=self.state.ending - gone)
        elif argv[-2:-1] == ("drain",):
            ending = self.state.ending | {argv[-1]}
            self._change(running=self.state.running - ending, ending=ending)
        elif argv[-2] == "processes-check":
            assert any(one.release == argv[-1] and one.is_alive for one in self.state.processes)
        elif argv[-4] == "processes-scale":
            self._processes("processes-start", argv[-3])
        elif argv[-2].startswith("processes-"):
            self._processes(argv[-2], argv[-1])
        elif action.title in ("remove old releases", "remove the static files of old releases"):
            self._remove({path for path in argv if path.startswith(str(paths.root))})
        elif any("/commands.py" in word for word in argv):
            self._needs_release(release_id)
            assert desired.release.lock in self.state.venvs, "no Python to start with"
            if f"warm {release_id}" in " ".join(argv):
                assert all(str(file.path) in self.state.files for file in desired.site_config)
                self._change(running=self.state.running | {release_id})
        else:
            harmless = (
                "check that the live release answers through the new nginx file",
                "confirm the nginx and systemd files",
            )
            assert action.title in harmless or action.warning, f"unknown: {action.title}"

    def _processes(self, verb: str, release: str) -> None:
        """What provision/70-site-processes.sh does."""
        self._needs_release(release)
        before, runs = self.state.processes, self.state.release_processes.get(release, ())
        others = [one for one in before if one.release != release]
        own = [one for one in before if one.release == release]
        many = [one for one in own if one.name not in {run.name for run in runs if run.single}]
        match verb:
            case "processes-start":
                single = [one for one in own if one not in many]
                own = [*single, *_all_of(release, [run for run in runs if not run.single])]
            case "processes-hand-over":
                names = {run.name for run in runs if run.single}
                others = [one for one in others if one.name not in names]
                own = [*many, *_all_of(release, [run for run in runs if run.single])]
            case "processes-end":
                own = [replace(one, state="ending") for one in own]
            case "processes-stop":
                own = []
        self._change(processes=(*others, *own))

    def _remove(self, gone: set[str]) -> None:
        paths = self._desired.paths
        with_processes = [process.release for process in self.state.processes]
        for needed in (
            *(self.state.current, *self.state.running, *self.state.ending),
            *with_processes,
        ):
            release = self.state.release(needed)
            if release:
                assert str(paths.release(release.id)) not in gone, "removed a running release"
                assert str(paths.venvs / release.lock) not in gone, "removed its packages"
                assert str(paths.static(release.id)) not in gone, "removed its static files"
        releases = [r for r in self.state.releases if str(paths.release(r.id)) not in gone]
        venvs = [lock for lock in self.state.venvs if str(paths.venvs / lock) not in gone]
        served = {release.id for release in releases} & self.state.served
        half_made = {path for path in self.state.half_made if str(path) not in gone}
        self._change(half_made=frozenset(half_made))
        self._change(releases=tuple(releases), venvs=frozenset(venvs), served=frozenset(served))

    def _runs_somehow(self, release_id: str) -> bool:
        """Where no visitor comes, by its processes."""
        if self._desired.target.is_web:
            return release_id in self.state.running
        runs = self.state.release_processes.get(release_id, ())
        alive = {one.name for one in self.state.processes if one.release == release_id}
        return {one.name for one in runs} <= alive

    def _needs_release(self, release_id: str) -> None:
        assert self.state.release(release_id), f"{release_id} is not complete"

    def _change(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]


def _all_of(release: str, runs: list[ReleaseProcess]) -> list[ObservedProcess]:
    return [ObservedProcess(run.name, release, "running") for run in runs for _ in range(run.count)]
