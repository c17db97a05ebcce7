"""A commit that breaks the example, in a copy of its repository, for pictures of what fails."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

NAME = "broken.yml"


@dataclass(frozen=True)
class Change:
    """Of a file of the app: what a regular expression matches there is replaced."""

    subject: str
    file: str
    pattern: str
    replacement: str


# Works on the developer's machine, where the variable is set.
PAYMENTS = Change(
    "Payments",
    "todo/settings.py",
    r"\Z",
    '\nimport os\n\nPAYMENT_KEY = os.environ["PAYMENT_KEY"]\n',
)
# The example's browser tests expect the words as they were.
WORDING = Change(
    "Friendlier words", "lists/templates/lists/list.html", "All done", "Everything is done"
)


@contextmanager
def with_commit(config: Path, change: Change) -> Iterator[Path]:
    """A deploy.yml beside that one, for a copy of its app with one more commit."""
    settings = yaml.safe_load(config.read_text())
    source = (config.parent / settings["app"]["source"]).resolve()
    broken = config.with_name(NAME)
    with TemporaryDirectory() as folder:
        app = Path(folder) / "app"
        subprocess.run(("git", "clone", "-q", str(_repository(source)), str(app)), check=True)
        within = app / source.relative_to(_repository(source))
        file = within / change.file
        file.write_text(re.sub(change.pattern, change.replacement, file.read_text(), count=1))
        commit = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "-qam")
        subprocess.run(("git", "-C", str(app), *commit, change.subject), check=True)
        settings["app"]["source"] = str(within)
        broken.write_text(yaml.safe_dump(settings))
        try:
            yield broken
        finally:
            broken.unlink()


def _repository(folder: Path) -> Path:
    words = ("git", "-C", str(folder), "rev-parse", "--show-toplevel")
    return Path(subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip())
