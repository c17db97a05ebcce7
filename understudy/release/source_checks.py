"""What is wrong with a release, seen in the commit alone, before any host is touched.

What can't work is refused. What may be intended is a warning.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from understudy.config.app import App
from understudy.errors import ConfigError
from understudy.local.numbers import number_of
from understudy.release import python_checks
from understudy.release.commit_facts import CommitFacts

_MANAGE = "manage.py"
_CATALOGUE = re.compile(r"(?:.*/)?([^/]+)/LC_MESSAGES/([^/]+)\.po")
# Sent, and not asked for by `Accept`.
_STREAM = re.compile(
    r"""(?:mimetype|content_type|media_type)=["']text/event-stream|"""
    r"""Content-Type["'\]]+\s*[:=]\s*["']text/event-stream""",
    re.IGNORECASE,
)
_OF_TESTS = re.compile(r"(?:^|/)(?:tests?/|test_|tests?\.py|conftest\.py)")
# A longer list is cut.
_MOST = 10


def refuse(app: App, commit: CommitFacts, elsewhere: Sequence[str]) -> None:
    """Raises ConfigError for a commit that can't become a working release.

    elsewhere: the paths outside of the app's directory, relative to the repository's top.
    """
    if pointers := commit.lfs_pointers:
        raise ConfigError(
            number_of(
                len(pointers),
                "file of the commit is a pointer of git LFS instead of its content",
                "files of the commit are pointers of git LFS instead of their content",
            ),
            details=_listed(pointers),
            hint="Get the files by `git lfs install && git lfs pull`, in the repository of app.source. For "
            "files that the site does not need, put `PATH export-ignore` into .gitattributes.",
        )
    if _runs_manage(app) and _MANAGE not in commit.committed:
        raise _without_manage(commit, elsewhere)
    if app.static_directory and not commit.find("texts", f"{re.escape(app.static_directory)}/.*"):
        raise ConfigError(
            f"app.static_directory: the commit has no files in {app.static_directory}/",
            hint="It is the folder with the files of static_url, from the app's directory on.",
        )
    python_checks.refuse_own_server(app, commit)


def warnings(app: App, commit: CommitFacts) -> Iterator[str]:
    """A sentence for each kind of file that is not shipped, or not as it is on this machine."""
    if commit.submodules:
        yield (
            "git submodules are not part of a release. To ship one, copy its files into the "
            "repository (`git rm --cached PATH`, remove PATH/.git, `git add PATH`), or lock it as a "
            f"package: {_in_line(commit.submodules)}"
        )
    if commit.left_out:
        yield f"export-ignore in .gitattributes keeps out of the release: {_in_line(commit.left_out)}"
    if odd := [path for path in commit.committed if not _is_utf8(path)]:
        yield f"files whose names are not UTF-8, which collectstatic can't take: {_in_line(odd)}"
    if not _compiles_messages(app):
        yield from _without_translation(commit)
    yield from python_checks.ignored_gunicorn_settings(app, commit)
    yield from _collected_streams(commit)


def _without_manage(commit: CommitFacts, elsewhere: Iterable[str]) -> ConfigError:
    below = [path for path in commit.committed if PurePosixPath(path).name == _MANAGE]
    if below:
        directory = min(below, key=len).removesuffix(f"/{_MANAGE}")
        hint = f"It is in {directory}/: set `subdirectory: {directory}` under app in deploy.yml."
    elif above := [path for path in elsewhere if PurePosixPath(path).name == _MANAGE]:
        hint = f"The repository has {min(above, key=len)}: app.source and app.subdirectory must lead there."
    else:
        hint = (
            f"git add {_MANAGE}, and commit it; or `preset: plain` for an app that is not Django's."
        )
    return ConfigError(
        f"the app's directory has no {_MANAGE} in git, and deploy.yml runs it", hint=hint
    )


def _runs_manage(app: App) -> bool:
    commands = (*app.build_commands, *app.release_commands, *app.migrate_commands)
    return any(_MANAGE in command for command in commands)


def _compiles_messages(app: App) -> bool:
    commands = (*app.build_commands, *app.release_commands)
    return any("compilemessages" in command or "compile" in command for command in commands)


def _without_translation(commit: CommitFacts) -> Iterator[str]:
    """Programs read the compiled .mo, not the .po that people write."""
    missing = [
        path for path in commit.texts if _CATALOGUE.fullmatch(path) and not _has_mo(commit, path)
    ]
    languages = sorted({found[1] for path in missing if (found := _CATALOGUE.fullmatch(path))})
    if languages:
        yield (
            f"no compiled translation for {', '.join(languages)} in the release: {_in_line(missing)} has "
            f"no .mo in git. Commit it, or add {_compiler(commit, missing)}"
        )


def _compiler(commit: CommitFacts, missing: Sequence[str]) -> str:
    """What compiles them: Django's command, or without a manage.py that of Babel."""
    if _MANAGE in commit.committed:
        return (
            '["python", "manage.py", "compilemessages"] to app.build_commands and gettext to '
            "host.packages"
        )
    folders = sorted({str(PurePosixPath(path).parents[2]) for path in missing})
    commands = " and ".join(f'["pybabel", "compile", "-d", "{one}"]' for one in folders)
    return f"{commands} to app.build_commands (pybabel comes with the package Babel)"


def _has_mo(commit: CommitFacts, path: str) -> bool:
    return path.removesuffix(".po") + ".mo" in commit.texts


def _collected_streams(commit: CommitFacts) -> Iterator[str]:
    """Libraries for events send the header by themselves, and their users don't write the type."""
    python = {path: text for path, text in commit.texts.items() if path.endswith(".py")}
    if any("x-accel-buffering" in text.lower() for text in python.values()):
        return
    for path, text in python.items():
        if _STREAM.search(text) and not _OF_TESTS.search(path):
            yield (
                f"{path} sends text/event-stream without X-Accel-Buffering: no, so nginx may collect events "
                "instead of passing each on at once: docs/edge.md, Long connections"
            )


def _is_utf8(path: str) -> bool:
    return "\ufffd" not in path


def _listed(paths: Sequence[str]) -> str:
    more = [f"… and {len(paths) - _MOST} more"] if len(paths) > _MOST else []
    return "\n".join([*paths[:_MOST], *more])


def _in_line(paths: Iterable[str]) -> str:
    return _listed(sorted(paths)).replace("\n", ", ")
