"""Where things lie in this project's directory."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Project:
    """directory: where deploy.py is. config_file: the deploy.yml in use."""

    directory: Path
    config_file: Path

    @property
    def state(self) -> Path:
        """What Understudy keeps for itself; may be removed at any time."""
        return self.directory / ".understudy"

    @property
    def cache(self) -> Path:
        return self.state / "cache"

    @property
    def templates(self) -> Path:
        return self.directory / "templates"

    @property
    def reports(self) -> Path:
        """A directory for each run that was kept; see docs/report.md."""
        return self.directory / "reports"

    @property
    def pages(self) -> Path:
        """Screenshots of the browser tests under way, on their way into a report."""
        return self.state / "pages"

    @property
    def private(self) -> tuple[Path, ...]:
        """Directories that nobody else on this machine may read."""
        within = (self.state / name for name in ("data", "receipts", "vm"))
        return (self.reports, self.cache, self.pages, *within)

    @property
    def provision_parts(self) -> list[Path]:
        return sorted((self.directory / "provision").glob("[0-9]*.sh"))
