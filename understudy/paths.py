"""The files and directories of a project."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Project:
    """directory: the folder of deploy.py. config_file: the deploy.yml in use."""

    directory: Path
    config_file: Path

    @property
    def state(self) -> Path:
        """Caches, receipts, pulled data and the VM's state. May be deleted at any time."""
        return self.directory / ".understudy"

    @property
    def cache(self) -> Path:
        """Downloads, wheels and copies of the source: each can be made again."""
        return self.state / "cache"

    @property
    def templates(self) -> Path:
        """Templates of the files on hosts, the commands of a release, and the HTML pages."""
        return self.directory / "templates"

    @property
    def reports(self) -> Path:
        """A directory for the report of each run; see docs/report.md."""
        return self.directory / "reports"

    @property
    def known(self) -> Path:
        """What the last look at each host found."""
        return self.state / "known"

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
        return sorted((self.directory / "provision").glob("[0-9]*.sh"))
