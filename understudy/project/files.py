"""Reads the files of a repository, and writes those that init adds."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from understudy.errors import ConfigError, UnderstudyError
from understudy.local.atomic_write import atomic_write
from understudy.project.tree import Tree
from understudy.release.git import git

# More than any file that is read here has. A lock file may be large.
_MOST_BYTES = 5_000_000
_READ = (
    *(".py", ".toml", ".lock", ".txt", ".in", ".cfg", ".yml", ".yaml"),
    *(".service", ".timer", ".cron", ".crontab"),
)
_READ_NAMES = (
    *("package.json", "Procfile", "Pipfile", "Dockerfile", ".gitignore", ".python-version"),
    "crontab",
)
_OF_PACKAGES = ("node_modules", "site-packages")
_LOCKS = ("uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "requirements.txt")


def read(directory: Path) -> Tree:
    """The files below the directory that git has or could get, whether committed or not.

    Raises ConfigError if the directory is in no git repository.
    """
    top = _top(directory)
    listed = git(
        directory,
        "-c",
        "core.quotePath=false",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    )
    environments = {path.parent.as_posix() for path in _environments(directory)}
    paths = tuple(
        path
        for path in dict.fromkeys(listed.split("\0"))
        if path and not _is_aside(path, environments)
    )
    found = {path: text for path in paths if (text := _text(directory / path)) is not None}
    # Git mostly ignores it, and its names are worth knowing.
    if (text := _text(directory / ".env")) is not None:
        found[".env"] = text
    return Tree(paths, found, dict(_above(directory, top)))


def _top(directory: Path) -> Path:
    try:
        return Path(git(directory, "rev-parse", "--show-toplevel").rstrip("\n"))
    except ConfigError as error:
        raise ConfigError(
            f"{directory} is in no git repository",
            details=error.details,
            hint="Run init in the repository of the app. For a new one: git init && git add . && "
            "git commit -m 'First commit'. Only what is committed is deployed. Nothing was written.",
        ) from None


def _is_aside(path: str, environments: set[str]) -> bool:
    """Whether a file is in a virtual environment, a hidden folder, or one of packages."""
    *folders, _ = path.split("/")
    hidden = any(one.startswith(".") or one in _OF_PACKAGES for one in folders)
    return hidden or not environments.isdisjoint(folders[:1])


def _environments(directory: Path) -> Iterator[Path]:
    """Virtual environments that git doesn't ignore."""
    for marker in directory.glob("*/pyvenv.cfg"):
        yield marker.relative_to(directory)


def is_read(path: str) -> bool:
    """Whether a file of that path may matter."""
    file = Path(path)
    by_name = file.suffix in _READ or file.name in _READ_NAMES or file.name.startswith(".env")
    return by_name or file.parent.name == "cron.d"


def _text(path: Path) -> str | None:
    """The text of a file that may matter; None for others, and for one that can't be read."""
    if not is_read(str(path)):
        return None
    with suppress(OSError):
        if path.is_file() and path.stat().st_size <= _MOST_BYTES:
            # An old file may be of another encoding: what matters in it is ASCII.
            return path.read_text(encoding="utf-8", errors="replace")
    return None


def _above(directory: Path, top: Path) -> Iterator[tuple[str, str]]:
    """Lock files between the directory and the repository's top, the nearest first."""
    step, folder = "..", directory.resolve()
    while folder != top.resolve() and folder != folder.parent:
        folder = folder.parent
        for name in _LOCKS:
            if (text := _text(folder / name)) is not None:
                yield f"{step}/{name}", text
        step = f"{step}/.."


def there(directory: Path, paths: Mapping[str, str]) -> dict[str, str | None]:
    """The texts of these files now; None for those that are not there."""
    return {
        path: (directory / path).read_text(encoding="utf-8", errors="replace")
        if (directory / path).is_file()
        else None
        for path in paths
    }


def ignored(directory: Path, paths: Collection[str]) -> list[str]:
    """Those that .gitignore keeps out of a commit."""
    listed = git(
        directory, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *paths
    )
    return [path for path in paths if path not in listed.split("\0")]


def write(directory: Path, texts: Mapping[str, str]) -> None:
    """All of the files or, if one can't be written, none: then those that were new are removed again.

    Raises StepFailed. Files that were there before get their text back.
    """
    before = there(directory, texts)
    folders = [
        directory / one
        for path in texts
        for one in [Path(path).parent]
        if not (directory / one).is_dir()
    ]
    try:
        for path, text in texts.items():
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            atomic_write(directory / path, text)
    except (UnderstudyError, OSError):
        _undo(directory, before, folders)
        raise


def _undo(directory: Path, before: Mapping[str, str | None], folders: list[Path]) -> None:
    with suppress(OSError):
        for path, text in before.items():
            if text is None:
                (directory / path).unlink(missing_ok=True)
            else:
                (directory / path).write_text(text, encoding="utf-8")
        for folder in folders:
            with suppress(OSError):
                folder.rmdir()
