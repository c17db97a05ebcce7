"""What is shipped is exactly what is committed, from real repositories."""

import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tarfile
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from tests.unit.fakes import TOP, config, manifest
from tests.unit.repositories import LOCK, commit, git, write
from understudy.config import model as configuration
from understudy.errors import ConfigError, Refused, Unreachable
from understudy.release import source as sources
from understudy.release.render import RenderedFile
from understudy.release.source import Source

RUN = RenderedFile(PurePosixPath("/srv/shop/releases/r1/run"), "#!/bin/sh\n", 0o755)
FILES = {"requirements.txt": LOCK, "shop/wsgi.py": "application = None\n"}


def find(project: Path, **app: Any) -> Source:
    return sources.resolve_source(config(app=app).app, project, project / ".cache")


def shipped(source: Source, compiler: str | None = None) -> dict[str, tuple[int, bytes, str]]:
    """What a release has: name -> mode, content, where it links to."""
    directory = PurePosixPath("/srv/shop/releases/r1")
    files = (
        RenderedFile(directory / "environment", "X=1\n"),
        RUN,
    )
    packed = sources.release_tar(source, files, manifest("r1"), compiler)
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        return {member.name: (member.mode, content(tar, member), member.linkname) for member in tar}


def content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    reader = tar.extractfile(member) if member.isfile() else None
    return reader.read() if reader else b""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of FILES. No test changes it."""
    directory = tmp_path_factory.mktemp("model")
    commit(directory, FILES)
    return directory


@pytest.fixture
def app(model: Path, tmp_path: Path) -> Path:
    """One that may be changed."""
    return shutil.copytree(model, tmp_path / "app")


def test_source_is_the_last_commit_by_default(app: Path) -> None:
    newest = commit(app, {"shop/wsgi.py": "application = 1\n"})

    source = find(app)

    assert source.commit == newest
    assert source.lock == LOCK
    assert source.dirty == ()


def test_other_revision_is_taken_by_any_of_its_names(app: Path) -> None:
    first = find(app).commit
    git(app, "tag", "v1")
    commit(app, {"shop/wsgi.py": "application = 1\n"})

    assert {find(app, revision=name).commit for name in ("v1", first[:9], "HEAD~1")} == {first}


@pytest.mark.parametrize("source", ["web/app", "./web/app/"])
def test_app_in_a_subdirectory_is_shipped_without_what_is_around_it(
    source: str, tmp_path: Path
) -> None:
    commit(tmp_path, {**{f"web/app/{name}": text for name, text in FILES.items()}, "secret": "x"})

    found = shipped(find(tmp_path, source=source))

    assert "source/shop/wsgi.py" in found
    assert not [name for name in found if "secret" in name or "web" in name]


def test_commit_that_leaves_the_app_alone_does_not_change_its_tree(tmp_path: Path) -> None:
    commit(tmp_path, {f"app/{name}": text for name, text in FILES.items()})
    before = find(tmp_path, source="app")
    commit(tmp_path, {"README": "more words\n"})

    after = find(tmp_path, source="app")

    assert after.commit != before.commit
    assert (after.tree, after.lock_hash) == (before.tree, before.lock_hash)


def test_shipped_example_is_ready_to_be_deployed(tmp_path: Path) -> None:
    app = configuration.load(TOP / "deploy.yml").app
    shutil.copytree(TOP / "example", tmp_path / "example")
    commit(tmp_path, {})

    source = sources.resolve_source(app, tmp_path, tmp_path / "cache")

    assert "source/manage.py" in shipped(source)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"app/shop/wsgi.py": "changed"}, " M app/shop/wsgi.py", id="changed"),
        pytest.param({"app/new.py": ""}, "?? app/new.py", id="new"),
        pytest.param({"app/grün.py": ""}, "?? app/grün.py", id="not-ascii"),
        pytest.param({"README": "changed"}, None, id="outside-of-the-app"),
        pytest.param({"app/local.sqlite3": ""}, None, id="ignored"),
    ],
)
def test_uncommitted_change_is_seen(
    change: dict[str, str], told: str | None, tmp_path: Path
) -> None:
    files = {f"app/{name}": text for name, text in FILES.items()}
    commit(tmp_path, {**files, "README": "", ".gitignore": "*.sqlite3\n"})
    write(tmp_path, change)

    source = find(tmp_path, source="app")

    assert source.dirty == ((told,) if told else ())


def test_dirty_tree_is_refused_with_the_files_that_make_it_so(app: Path) -> None:
    sources.refuse_if_dirty(find(app))
    write(app, {"shop/wsgi.py": "changed", "new.py": ""})

    with pytest.raises(Refused) as raised:
        sources.refuse_if_dirty(find(app))

    assert raised.value.exit_code == 3
    assert raised.value.details.splitlines() == [" M shop/wsgi.py", "?? new.py"]


HASHED = "gunicorn==23.0.0 --hash=sha256:aa\n"
OPEN_LOCKS = {
    "empty": ("", "not locked"),
    "no-versions": ("gunicorn\n", "not locked"),
    "no-hashes": ("gunicorn==23.0.0\n", "not locked"),
    "one-without-a-hash": (f"{HASHED[:-1]} --hash=sha256:ab\ndjango==5.2\n", "django==5.2"),
    "one-without-a-version": (f"{HASHED}django>=5\n", "django>=5"),
    "one-from-a-url": (f"{HASHED}x @ https://x.test/x.whl\n", "x @ https"),
    "no-gunicorn": ("django==5.2 --hash=sha256:bb\n", "no gunicorn"),
    "something-like-gunicorn": ("gunicorn-extra==1 --hash=sha256:bb\n", "no gunicorn"),
}
GOOD_LOCKS = {
    "name-in-other-case": HASHED.capitalize(),
    "extra": HASHED.replace("==", "[gevent]=="),
    "windows-line-ends": LOCK.replace("\n", "\r\n"),
    "option": f"--index-url https://index.test\n\n{LOCK}",
}


@pytest.fixture(scope="module")
def locks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with all these lock files."""
    directory = tmp_path_factory.mktemp("locks")
    texts = {**{name: text for name, (text, _) in OPEN_LOCKS.items()}, **GOOD_LOCKS}
    for name, text in texts.items():
        (directory / f"{name}.txt").write_bytes(text.encode())
    commit(directory, {})
    return directory


@pytest.mark.parametrize("name", OPEN_LOCKS)
def test_lock_that_leaves_something_open_is_told(name: str, locks: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        find(locks, requirements=f"{name}.txt")

    assert OPEN_LOCKS[name][1] in f"{raised.value.summary} {raised.value.details}"
    assert f"{name}.txt" in raised.value.summary
    assert raised.value.hint


@pytest.mark.parametrize("name", GOOD_LOCKS)
def test_lock_in_other_hands_is_good_too(name: str, locks: Path) -> None:
    assert find(locks, requirements=f"{name}.txt").lock == GOOD_LOCKS[name]


def test_lock_counts_as_committed_and_not_as_it_lies_there(tmp_path: Path) -> None:
    commit(tmp_path, {"shop/wsgi.py": ""})
    write(tmp_path, FILES)

    with pytest.raises(ConfigError, match=r"requirements\.txt"):
        find(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        pytest.param({"source": "nowhere"}, "no directory", id="no-directory"),
        pytest.param({"source": "shop/wsgi.py"}, "no directory", id="a-file"),
        pytest.param({"revision": "v99"}, "v99|single revision", id="no-such-revision"),
        pytest.param({"revision": "--help"}, "git", id="revision-like-an-option"),
        pytest.param({"subdirectory": "empty"}, "git", id="directory-not-committed"),
    ],
)
def test_source_that_is_not_there_is_told(wrong: dict[str, str], told: str, app: Path) -> None:
    (app / "empty").mkdir()

    with pytest.raises(ConfigError, match=told):
        find(app, **wrong)


def test_directory_that_is_no_repository_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Or git would look for one further up.
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    write(tmp_path, FILES)

    with pytest.raises(ConfigError, match="not a git repository"):
        find(tmp_path)


def test_machine_without_git_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Unreachable, match="git is not installed"):
        find(tmp_path)


def test_deploy_from_a_git_hook_ships_the_app_and_not_the_hooks_repository(
    app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = find(app).commit
    commit(tmp_path / "other", {"README": ""})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / ".git" / "index"))

    source = find(app)

    assert (source.commit, source.dirty) == (wanted, ())


def test_release_unpacked_by_the_hosts_tar_is_the_commit(tmp_path: Path) -> None:
    """Modes, links, and names that do not fit into the 100 bytes of an old tar header."""
    long = f"{'d' * 120}/{'f' * 200}.txt"
    app = tmp_path / "app"
    write(app, {"manage.py": "run me", long: "long", "grün/ä b.txt": "ä", "empty": ""})
    (app / "manage.py").chmod(0o755)
    (app / os.fsdecode(b"latin-\xe9")).write_text("old name")
    (app / "link").symlink_to("manage.py")
    (app / "long link").symlink_to(long)
    commit(app, FILES)
    write(app, {"uncommitted": "", "manage.py": "changed since"})
    files = (RUN,)
    release = tmp_path / "release"
    release.mkdir()

    packed = sources.release_tar(find(app), files, manifest("r1", lock="l1"), None)

    # It may warn of names in an old encoding, but takes them.
    subprocess.run(
        ["tar", "-xz"], input=packed, cwd=release, umask=0o022, capture_output=True, check=True
    )
    source = release / "source"
    assert (source / "manage.py").read_text() == "run me"
    assert (source / "manage.py").stat().st_mode & 0o777 == 0o755
    assert (source / "empty").stat().st_mode & 0o133 == 0
    assert (source / long).read_text() == (source / "long link").read_text() == "long"
    assert (source / "grün" / "ä b.txt").read_text() == "ä"
    assert (source / os.fsdecode(b"latin-\xe9")).read_text() == "old name"
    assert str((source / "link").readlink()) == "manage.py"
    assert not (source / "uncommitted").exists()
    assert (release / "run").stat().st_mode & 0o777 == 0o755
    assert str((release / "venv").readlink()) == "../../venvs/l1"
    assert str((release / "socket").readlink()) == "/run/shop/r1.sock"
    assert str((release / "static").readlink()) == "../../static/r1"
    assert (release / "requirements.txt").read_text() == LOCK
    assert not (release / "manifest.json").exists(), "it's moved there when all else is done"


def test_same_commit_makes_the_same_release_wherever_it_is_made(
    model: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", str(model), "clone")
    write(tmp_path / "clone", {"uncommitted": ""})

    one, two = (shipped(find(place), sys.executable) for place in (model, tmp_path / "clone"))
    assert one == two


def test_git_url_is_fetched_and_fetched_again(app: Path, tmp_path: Path) -> None:
    first = find(app).commit
    before = find(tmp_path, source=f"file://{app}")
    second = commit(app, {"shop/wsgi.py": "application = 1\n"})

    after = find(tmp_path, source=f"file://{app}")

    assert (before.commit, after.commit) == (first, second)
    assert shipped(after)["source/shop/wsgi.py"][1] == b"application = 1\n"


def test_git_url_with_the_app_in_a_subdirectory(tmp_path: Path) -> None:
    commit(tmp_path / "origin", {f"web/{name}": text for name, text in FILES.items()})

    source = find(tmp_path, source=f"file://{tmp_path}/origin", subdirectory="web/")

    assert "source/shop/wsgi.py" in shipped(source)


def test_branch_of_a_git_url_may_be_rewritten(app: Path, tmp_path: Path) -> None:
    url = f"file://{app}"
    find(tmp_path, source=url, revision="main")
    git(app, "commit", "--quiet", "--amend", "--message=other")

    source = find(tmp_path, source=url, revision="main")

    assert source.commit == git(app, "rev-parse", "main")


@pytest.mark.parametrize("seen_before", [False, True])
def test_git_url_that_cannot_be_reached_is_told(
    seen_before: bool, app: Path, tmp_path: Path
) -> None:
    url = f"file://{app}"
    if seen_before:
        find(tmp_path, source=url)
    app.rename(tmp_path / "gone")

    with pytest.raises(Unreachable, match="can't fetch") as raised:
        find(tmp_path, source=url)

    assert raised.value.exit_code == 4
    assert str(app) in raised.value.details
    assert "`git ls-remote`" in raised.value.hint


def test_compiled_source_counts_on_the_host_until_somebody_changes_it_there(
    tmp_path: Path,
) -> None:
    commit(tmp_path / "app", {**FILES, "broken.py": "not Python", "deep/er.py": "X = 1\n"})
    release = tmp_path / "release"
    release.mkdir()

    packed = sources.release_tar(find(tmp_path / "app"), (RUN,), manifest("r1"), sys.executable)

    subprocess.run(["tar", "-xz"], input=packed, cwd=release, check=True)
    source = release / "source"
    cached = Path(importlib.util.cache_from_source(str(source / "deep" / "er.py")))
    assert str(tmp_path).encode() not in cached.read_bytes(), (
        "where it was made is nobody's business"
    )
    before = cached.stat().st_mtime_ns
    assert imported(source, "deep.er", "X") == "1"
    assert cached.stat().st_mtime_ns == before, "it was compiled anew"
    (source / "deep" / "er.py").write_text("X = 22\n")
    assert imported(source, "deep.er", "X") == "22"


def imported(directory: Path, module: str, name: str) -> str:
    code = f"from {module} import {name}; print({name})"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=directory, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_digest_is_of_all_that_is_shipped_and_of_nothing_else(tmp_path: Path) -> None:
    commit(tmp_path, {**FILES, "a": "1"})
    source = find(tmp_path)
    first = sources.digest(source)
    assert sources.digest(source) == first

    seen = {first}
    for change in ("a2", "content", "mode", "link"):
        if change == "a2":
            (tmp_path / "a").rename(tmp_path / "a2")
        elif change == "content":
            write(tmp_path, {"a2": "2"})
        elif change == "mode":
            (tmp_path / "a2").chmod(0o755)
        else:
            (tmp_path / "a2").unlink()
            (tmp_path / "a2").symlink_to("2")
        commit(tmp_path, {})
        digest = sources.digest(find(tmp_path))
        assert digest not in seen, change
        seen.add(digest)


def test_digest_is_the_same_in_another_commit_and_another_clone(app: Path, tmp_path: Path) -> None:
    first = sources.digest(find(app))
    git(app, "commit", "--quiet", "--allow-empty", "--message=again")
    git(tmp_path, "clone", "--quiet", "app", "clone")
    git(tmp_path / "clone", "config", "tar.umask", "0077")

    assert sources.digest(find(tmp_path / "clone")) == first


def test_migrations_of_the_commit_are_known_by_path(tmp_path: Path) -> None:
    commit(
        tmp_path,
        {
            **FILES,
            "shop/migrations/__init__.py": "",
            "shop/migrations/0001_initial.py": "a",
            "migrations/versions/1a2b.py": "b",
            "migrations/alembic.ini": "",
            "shop/emigrations/x.py": "",
        },
    )

    assert sources.migrations(find(tmp_path)) == {
        "migrations/versions/1a2b.py": sha256(b"b").hexdigest(),
        "shop/migrations/0001_initial.py": sha256(b"a").hexdigest(),
    }


@pytest.mark.parametrize("setting", ["core.autocrlf", "core.eol", "core.attributesFile"])
def test_commits_bytes_are_shipped_whatever_this_machines_git_does_with_line_ends(
    setting: str, app: Path, tmp_path: Path
) -> None:
    commit(app, {".gitattributes": "*.md text\n", "README.md": "a\nb\n", "run": "a\nb\n"})
    before = sources.digest(find(app))
    write(tmp_path, {"attributes": "* text eol=crlf\n"})
    values = {"core.autocrlf": "true", "core.eol": "crlf"}
    git(app, "config", setting, values.get(setting, str(tmp_path / "attributes")))

    source = find(app)
    found = shipped(source)

    assert (found["source/README.md"][1], found["source/run"][1]) == (b"a\nb\n", b"a\nb\n")
    sources.members.cache_clear()
    assert sources.digest(source) == before


def test_attributes_above_the_app_count(tmp_path: Path) -> None:
    files = {f"web/app/{name}": text for name, text in FILES.items()}
    commit(
        tmp_path, {**files, ".gitattributes": "secret.md export-ignore\n", "web/app/secret.md": ""}
    )

    found = shipped(find(tmp_path, source="web/app"))

    assert "source/shop/wsgi.py" in found
    assert "source/secret.md" not in found
