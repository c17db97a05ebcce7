"""Runs collectstatic, unless it would make the files of the release before: then those are linked.

Beside a directory of static files, its mark (DIRECTORY.made) holds a digest of all that they were made
from. Without a mark they may be incomplete, or their inputs are unknown.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

# It is known what classes of these packages read. A class of the app's own may read anything.
KNOWN = ("builtins", "abc", "django.", "whitenoise.")
SETTINGS = ("STATIC", "STORAGES", "WHITENOISE_", "FILE_UPLOAD_")


def collect(command: str, run: Callable[[str], Any], directory: Path, before: Path | None) -> Any:
    """Fills the directory and returns the command's exit code. before: the live release's directory."""
    wanted = digest(command, directory)
    if wanted and made_from(directory) == wanted:
        return 0
    if wanted and before and made_from(before) == wanted:
        print("==> static files as in", before.name, flush=True)
        shutil.copytree(before, directory, copy_function=os.link, symlinks=True, dirs_exist_ok=True)
        mark(directory).write_text(wanted)
        return 0
    if code := run(command):
        return code
    if made := wanted or digest(command, directory):
        # After a power failure there must be no mark without its files.
        os.sync()
        mark(directory).write_text(made)
    return 0


def forget_half_made(directory: Path) -> None:
    """Removes the files of a run that was killed: collectstatic would take half a file for a finished one."""
    if not mark(directory).exists():
        shutil.rmtree(directory, ignore_errors=True)


def made_from(directory: Path) -> str | None:
    return mark(directory).read_text() if mark(directory).exists() else None


def mark(directory: Path) -> Path:
    return directory.with_name(f"{directory.name}.made")


def digest(command: str, directory: Path) -> str | None:
    """Of all that collectstatic works from. None if that isn't known, Django isn't loaded yet, or its
    settings have the files elsewhere: then the command itself shows what is wrong with that place.
    """
    if "django.apps" not in sys.modules or not sys.modules["django.apps"].apps.ready:
        return None
    from django.conf import settings as app_settings
    from django.contrib.staticfiles.finders import get_finders
    from django.contrib.staticfiles.storage import staticfiles_storage
    from django.core.management import get_commands

    if Path(app_settings.STATIC_ROOT or "").resolve() != directory.resolve():
        return None
    finders = list(get_finders())
    known = all(is_known(one.__class__) for one in (*finders, staticfiles_storage))
    if not known or get_commands().get("collectstatic") != "django.contrib.staticfiles":
        return None
    whole = sha256()
    for part in (command, Path(sys.prefix).resolve().name, *settings(), *files(finders)):
        whole.update(f"{part}\n".encode())
    return whole.hexdigest()


def is_known(kind: type) -> bool:
    return all(base.__module__.startswith(KNOWN) for base in kind.__mro__)


def settings() -> Iterator[str]:
    """Settings that collectstatic depends on, without the path of the release."""
    from django.conf import settings

    for name in sorted(dir(settings)):
        if name.startswith(SETTINGS) and name != "STATIC_ROOT":
            yield f"{name} {getattr(settings, name)!r}".replace(str(Path.cwd()), "")


def files(finders: list[Any]) -> Iterator[str]:
    for finder in finders:
        for path, storage in finder.list([]):
            with storage.open(path) as file:
                content = sha256(file.read()).hexdigest()
            yield f"{getattr(storage, 'prefix', None)} {path} {content}"
