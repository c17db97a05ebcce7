"""Real git repositories, small and of no one's own settings."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

LOCK = """\
# compiled by hand
gunicorn==23.0.0 \\
    --hash=sha256:aa \\
    --hash=sha256:ab
    # via -r requirements.in
django==5.2 ; python_version >= "3.10" \\
    --hash=sha256:bb
"""


def git(repository: Path, *words: str) -> str:
    settings = (
        "user.name=Ann",
        "user.email=ann@desk.test",
        "commit.gpgSign=false",
        # Each commit would start another git, to see whether there is anything to clean up.
        "maintenance.auto=false",
    )
    options = [word for setting in settings for word in ("-c", setting)]
    done = subprocess.run(
        ["git", *options, *words],
        cwd=repository,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(repository: Path, files: Mapping[str, str]) -> str:
    """Commits these files on top of what is there, makes the repository if needed."""
    if not (repository / ".git").exists():
        repository.mkdir(parents=True, exist_ok=True)
        # The template is a dozen files that no test needs.
        git(repository, "init", "--quiet", "--initial-branch=main", "--template=")
    write(repository, files)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=change")
    return (repository / ".git" / "refs" / "heads" / "main").read_text().strip()


def write(directory: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
