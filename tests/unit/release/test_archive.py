"""A release has exactly what is committed, whatever machine it is built on."""

import importlib.util
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.unit.fakes import manifest
from tests.unit.release.shipping import FILES, RUN, find, shipped
from tests.unit.repositories import commit, git, write
from understudy.release import archive
from understudy.release import source as sources


@pytest.mark.parametrize("source", ["web/app", "./web/app/"])
def test_app_in_a_subdirectory_is_shipped_without_what_is_around_it(
    source: str, tmp_path: Path
) -> None:
    commit(tmp_path, {**{f"web/app/{name}": text for name, text in FILES.items()}, "secret": "x"})

    found = shipped(find(tmp_path, source=source))

    assert "source/shop/wsgi.py" in found
    assert not [name for name in found if "secret" in name or "web" in name]


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

    packed = b"".join(archive.release_tar(find(app), files, manifest("r1", lock="l1"), None))

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
    assert "gunicorn==23.0.0 --hash=sha256:aa" in (release / "requirements.txt").read_text()
    assert not (release / "manifest.json").exists(), "it is moved there last"


def test_static_directory_is_served_from_the_source_without_a_copy(model: Path) -> None:
    packed = b"".join(archive.release_tar(find(model), (RUN,), manifest("r1"), None, "shop/static"))

    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        assert tar.getmember("static").linkname == "source/shop/static"


def test_committed_static_files_get_copies_of_their_own_content(tmp_path: Path) -> None:
    """What the commit has in their place may be of another content, and nginx would send it."""
    files = {"a.css": "a", "a.css.gz": "stale", "b.js": "b", "c.png": "c", "c.png.gz": "kept"}
    write(tmp_path, {f"shop/{name}": text for name, text in files.items()})
    (tmp_path / "static.css").write_text("beside")
    commit(tmp_path, {**FILES, **{f"shop/static/{name}": text for name, text in files.items()}})

    def copies(content: bytes) -> dict[str, bytes]:
        return {".gz": b"packed " + content}

    packed = b"".join(
        archive.release_tar(find(tmp_path), (RUN,), manifest("r1"), None, "shop/static", copies)
    )

    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        below = [member for member in tar if member.name.startswith("source/shop/static/")]
        made = {
            member.name.rpartition("/")[2]: reader.read()
            for member in below
            if (reader := tar.extractfile(member))
        }
        assert len(below) == len(made), "each is there once"
        assert made == {
            "a.css": b"a",
            "a.css.gz": b"packed a",
            "b.js": b"b",
            "b.js.gz": b"packed b",
            "c.png": b"c",
            "c.png.gz": b"kept",
        }
        assert len({member.mtime for member in below}) == 1, "a copy is as old as its file"
        assert "source/static.css.gz" not in tar.getnames()
        reader = tar.extractfile("source/shop/a.css.gz")
        assert reader
        assert reader.read() == b"stale", "it is not served"


def test_same_commit_makes_the_same_release_wherever_it_is_made(
    model: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", str(model), "clone")
    write(tmp_path / "clone", {"uncommitted": ""})

    one, two = (shipped(find(place), sys.executable) for place in (model, tmp_path / "clone"))
    assert one == two


def test_compiled_source_is_used_on_the_host_until_it_is_changed_there(
    tmp_path: Path,
) -> None:
    commit(tmp_path / "app", {**FILES, "broken.py": "not Python", "deep/er.py": "X = 1\n"})
    release = tmp_path / "release"
    release.mkdir()

    packed = b"".join(
        archive.release_tar(find(tmp_path / "app"), (RUN,), manifest("r1"), sys.executable)
    )

    subprocess.run(["tar", "-xz"], input=packed, cwd=release, check=True)
    source = release / "source"
    cached = Path(importlib.util.cache_from_source(str(source / "deep" / "er.py")))
    assert str(tmp_path).encode() not in cached.read_bytes(), (
        "no path of the machine that compiled it"
    )
    before = cached.stat().st_mtime_ns
    assert imported(source, "deep.er", "X") == "1"
    assert cached.stat().st_mtime_ns == before, "it was compiled again"
    (source / "deep" / "er.py").write_text("X = 22\n")
    assert imported(source, "deep.er", "X") == "22"


def imported(directory: Path, module: str, name: str) -> str:
    code = f"from {module} import {name}; print({name})"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=directory, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("setting", ["core.autocrlf", "core.eol", "core.attributesFile"])
def test_commits_bytes_are_shipped_whatever_the_settings_of_this_machines_git(
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
    sources.committed_files.cache_clear()
    assert sources.digest(source) == before


def test_attributes_above_the_app_count(tmp_path: Path) -> None:
    files = {f"web/app/{name}": text for name, text in FILES.items()}
    commit(
        tmp_path, {**files, ".gitattributes": "secret.md export-ignore\n", "web/app/secret.md": ""}
    )

    found = shipped(find(tmp_path, source="web/app"))

    assert "source/shop/wsgi.py" in found
    assert "source/secret.md" not in found
