"""A host as far as a plan can change it: what each action does to the facts."""

from dataclasses import replace
from pathlib import PurePosixPath

from understudy.deploy.desired import DesiredState
from understudy.host.actions import Action, Run, Send, Stage, Start, Switch
from understudy.host.facts import ObservedState


class ModelHost:
    """Takes actions one by one, and fails a test that does what no host may suffer.

    At no moment may what serves stop serving, lose its files, or be half-made. What is done to a
    copy leaves it as it was.
    """

    def __init__(self, wanted: DesiredState, found: ObservedState) -> None:
        self.facts = found
        self._wanted = wanted
        # A host on which nothing serves has nothing to lose.
        self._served = found.current in found.running

    def apply(self, action: Action) -> None:
        match action:
            case Run():
                self._run(action)
            case Start():
                self._needs_release(action.release_id)
                assert self._wanted.release.lock in self.facts.venvs, "started without packages"
                self._change(running=self.facts.running | {action.release_id})
            case Switch():
                self._needs_release(action.release_id)
                assert action.release_id in self.facts.running, "switched to what does not run"
                self._change(current=action.release_id)
            case Send():
                self._send(action)
            case Stage():
                pass
        if self._served:
            assert self.facts.current in self.facts.running, f"{action.title}: what served stopped"
        self._served = self.facts.current in self.facts.running

    def _send(self, action: Send) -> None:
        if action.title.endswith(" packages"):
            self._change(packages=frozenset({"a-1", "b-2"}))
        else:
            release = self._wanted.release
            assert release.id not in (self.facts.current, *self.facts.running), "unpacked over it"
            self._change(releases=(*self.facts.releases, release))

    def _run(self, action: Run) -> None:  # noqa: C901 - one table of all commands
        argv, wanted = action.argv, self._wanted
        paths, release_id = wanted.paths, wanted.release.id
        if action.title.startswith("make environment"):
            needed = {PurePosixPath(word).name for word in argv if "/cache/packages/" in word}
            assert needed <= self.facts.packages, "links to what is not there"
            self._change(venvs=self.facts.venvs | {wanted.release.lock})
        elif argv[-2:] == ("install", release_id):
            files = {str(file.path): file.content for file in wanted.host_files}
            self._change(files={**self.facts.files, **files})
        elif action.title == "check its health through nginx, note that it served":
            assert self.facts.current == release_id
            self._change(served=self.facts.served | {release_id})
        elif action.title.startswith(f"ask {release_id} through nginx"):
            assert release_id in self.facts.running, "asked what does not run"
            assert str(wanted.host_files[0].path) in self.facts.files, "nginx doesn't know it yet"
            assert self.facts.current != release_id, "asked when it was live already"
        elif argv[-2:-1] == ("stop",):
            gone = {argv[-1]}
            self._change(running=self.facts.running - gone, ending=self.facts.ending - gone)
        elif argv[-2:-1] == ("drain",):
            ending = self.facts.ending | {argv[-1]}
            self._change(running=self.facts.running - ending, ending=ending)
        elif action.title in ("remove old releases", "remove their static files"):
            self._remove({path for path in argv if path.startswith(str(paths.root))})
        elif any("/commands.py" in word for word in argv):
            self._needs_release(release_id)
            assert wanted.release.lock in self.facts.venvs, "no Python to start with"
            if f"warm {release_id}" in " ".join(argv):
                assert all(str(file.path) in self.facts.files for file in wanted.host_files)
                self._change(running=self.facts.running | {release_id})
        else:
            harmless = ("look at the site through them", "keep them")
            assert action.title in harmless or action.warning, f"unknown: {action.title}"

    def _remove(self, gone: set[str]) -> None:
        paths = self._wanted.paths
        for needed in (self.facts.current, *self.facts.running, *self.facts.ending):
            release = self.facts.release(needed)
            if release:
                assert str(paths.release(release.id)) not in gone, "removed what runs"
                assert str(paths.venvs / release.lock) not in gone, "removed its packages"
                assert str(paths.static(release.id)) not in gone, "removed its static files"
        releases = [r for r in self.facts.releases if str(paths.release(r.id)) not in gone]
        venvs = [lock for lock in self.facts.venvs if str(paths.venvs / lock) not in gone]
        served = {release.id for release in releases} & self.facts.served
        half_made = {path for path in self.facts.half_made if str(path) not in gone}
        self._change(half_made=frozenset(half_made))
        self._change(releases=tuple(releases), venvs=frozenset(venvs), served=frozenset(served))

    def _needs_release(self, release_id: str) -> None:
        assert self.facts.release(release_id), f"{release_id} is not complete"

    def _change(self, **changes: object) -> None:
        self.facts = replace(self.facts, **changes)  # type: ignore[arg-type]
