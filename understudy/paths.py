"""The files and directories of a project, and Understudy's own that it uses: its resources."""

from dataclasses import dataclass
from pathlib import Path


def _resources() -> Path:
    """Package data of an installed Understudy; in a checkout the top level."""
    package = Path(__file__).resolve().parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent


# Has the Vagrantfile, docs/, provision/, templates/, tests/host/ and vendor/.
RESOURCES = _resources()


@dataclass(frozen=True)
class Overlay:
    """Folders seen as one: among files of the same name, the one in the first of these folders counts."""

    folders: tuple[Path, ...]

    def file(self, name: str) -> Path:
        """In the last folder if none has it."""
        places = [folder / name for folder in self.folders]
        return next((place for place in places if place.is_file()), places[-1])

    def files(self, pattern: str) -> list[Path]:
        """Those whose name matches, ordered by it."""
        found = {path.name: path for folder in self.folders[::-1] for path in folder.glob(pattern)}
        return [found[name] for name in sorted(found)]


@dataclass(frozen=True)
class Project:
    """directory: the folder of deploy.yml. config_file: the deploy.yml in use.

    resources: Understudy's own files. Those in the project's `templates/` and `provision/` override them.
    """

    directory: Path
    config_file: Path
    resources: Path = RESOURCES

    @property
    def has_no_config(self) -> bool:
        """Whether there is no deploy.yml, and no other file was named in its place."""
        return not self.config_file.exists() and self.config_file == self.directory / "deploy.yml"

    @property
    def state(self) -> Path:
        """Caches, receipts, pulled data and the VM's state. May be deleted at any time."""
        return self.directory / ".understudy"

    @property
    def cache(self) -> Path:
        """Downloads, wheels and copies of the source: each can be made again."""
        return self.state / "cache"

    @property
    def templates(self) -> Overlay:
        """Templates of the files on hosts, the commands of a release, and the HTML pages."""
        return self._overlay("templates")

    @property
    def reports(self) -> Path:
        """A directory for the report of each run; see docs/report.md. The app may have a package `reports/`."""
        usual = self.directory / "reports"
        return self.state / "reports" if any(usual.glob("*.py")) else usual

    @property
    def known(self) -> Path:
        """What the last look at each host found."""
        return self.state / "known"

    @property
    def kept_secrets(self) -> Path:
        """The secrets of disposable targets, a file for each."""
        return self.state / "secrets"

    @property
    def pages(self) -> Path:
        """Screenshots of the browser tests that are running; the report copies them."""
        return self.state / "pages"

    @property
    def private(self) -> tuple[Path, ...]:
        """Directories that no other user of this machine may read."""
        within = (self.state / name for name in ("data", "known", "receipts", "vm"))
        return (self.reports, self.cache, self.pages, *within)

    @property
    def provision_parts(self) -> list[Path]:
        """The scripts that provision a host, in the order in which they run."""
        return self._overlay("provision").files("[0-9]*.sh")

    @property
    def host_inputs(self) -> list[Path]:
        """All files that decide what is on a host beside the app: scripts and templates."""
        templates = (*self.templates.files("*.j2"), *self.templates.files("nginx.d/*.conf"))
        return [*self.provision_parts, *templates, *self._programs]

    @property
    def schema(self) -> Path:
        """The JSON Schema of deploy.yml."""
        return self.resources / "docs" / "deploy.schema.json"

    @property
    def box_scripts(self) -> Path:
        """What builds the Vagrant box and reads the archive of its release."""
        return self.resources / "provision" / "box"

    @property
    def machine_script(self) -> Path:
        """Installs what this machine lacks."""
        return self.resources / "provision" / "machine"

    @property
    def wheel_scripts(self) -> Path:
        """What builds wheels of source distributions."""
        return self.resources / "provision" / "wheels"

    @property
    def container_script(self) -> Path:
        """Drives a container that Vagrant built by lxc."""
        return self.resources / "provision" / "lxc" / "container"

    @property
    def vagrantfile(self) -> Path:
        """Of this project's VM: no other project has the same, which distinguishes their VMs.

        Beside deploy.yml in a checkout of Understudy; in any other project vm/vagrant.py writes it.
        """
        is_checkout = self.directory.absolute() == self.resources
        return (self.directory if is_checkout else self.state / "vm") / "Vagrantfile"

    @property
    def host_tests(self) -> tuple[Path, ...]:
        """The folders of the host tests: Understudy's, and the project's own."""
        folders = {self.resources / "tests" / "host": None, self.directory / "tests" / "host": None}
        return tuple(folder for folder in folders if folder.is_dir())

    @property
    def _programs(self) -> list[Path]:
        """Templates with another suffix. By our names: a project's templates/ may be its app's."""
        ours = sorted((self.resources / "templates").glob("*.*"))
        return [self.templates.file(path.name) for path in ours if path.suffix != ".j2"]

    def _overlay(self, name: str) -> Overlay:
        own, ours = self.directory.absolute() / name, self.resources / name
        return Overlay((own, ours) if own != ours and own.is_dir() else (ours,))


def find_project(start: Path, config: str | None = None) -> Project:
    """The project of the deploy.yml in `start`, or in the nearest folder above it.

    config: another file to use in its place. Beside a deploy.py it is that of another project, with tests
    of its own; without any deploy.yml its folder is the project's.
    """
    file = Path(config).absolute() if config else start / "deploy.yml"
    if config and file.name == "deploy.yml" and (file.parent / "deploy.py").is_file():
        return Project(file.parent, Path(config))
    above = (folder for folder in (start, *start.parents) if (folder / "deploy.yml").is_file())
    directory = next(above, file.parent)
    return Project(directory, Path(config or directory / "deploy.yml"))


def project_of(vagrantfile: Path) -> Path:
    """The folder of the project whose VM has this Vagrantfile: see Project.vagrantfile."""
    folder = vagrantfile.parent
    return folder.parents[1] if folder.parts[-2:] == (".understudy", "vm") else folder
