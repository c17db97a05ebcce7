"""What is wrong with a release is seen in the commit, before any host is touched."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import config
from tests.unit.repositories import LOCK, commit, git
from understudy.errors import ConfigError
from understudy.release import source as sources
from understudy.release import source_checks, worktree
from understudy.release.source import Source

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 12345\n"
APP = {"requirements.txt": LOCK, "manage.py": "", "shop/wsgi.py": ""}


def source(repository: Path, **app: Any) -> Source:
    return sources.resolve_source(config(app=app).app, repository, repository / ".cache")


def refuse(repository: Path, **app: Any) -> None:
    found = source(repository, **app)
    source_checks.refuse(config(app=app).app, worktree.look(found), worktree.elsewhere(found))


def warnings(repository: Path, **app: Any) -> list[str]:
    found = worktree.look(source(repository, **app))
    return list(source_checks.warnings(config(app=app).app, found))


def test_good_app_gets_no_warning(tmp_path: Path) -> None:
    commit(
        tmp_path,
        {**APP, "static/photo.png": "png", "README": f"{POINTER} is how LFS writes it"[8:]},
    )

    refuse(tmp_path)

    assert warnings(tmp_path) == []


def test_lfs_pointer_is_refused_with_the_command_that_gets_the_file(tmp_path: Path) -> None:
    commit(tmp_path, {**APP, "static/photo.png": POINTER})

    with pytest.raises(ConfigError, match="1 file of the commit is a pointer") as raised:
        refuse(tmp_path)

    assert raised.value.details == "static/photo.png"
    assert "git lfs pull" in raised.value.hint


@pytest.mark.parametrize("prefix", ["", "web/"])
def test_file_that_git_lfs_has_is_shipped_also_of_an_app_in_a_subdirectory(
    prefix: str, tmp_path: Path
) -> None:
    """A filter takes the place of git LFS: the top .gitattributes says which files are its."""
    files = {f"{prefix}{name}": text for name, text in APP.items()}
    attributes = {".gitattributes": "*.png filter=lfs\n"}
    commit(tmp_path, {**files, **attributes, f"{prefix}static/photo.png": POINTER})
    git(tmp_path, "config", "filter.lfs.smudge", "sh -c 'cat >/dev/null; echo picture'")

    found = worktree.look(source(tmp_path, source=prefix or "."))

    assert found.texts["static/photo.png"] == "picture\n"
    assert not found.lfs_pointers


def test_pointer_that_is_not_shipped_is_accepted(tmp_path: Path) -> None:
    commit(tmp_path, {**APP, "big.bin": POINTER, ".gitattributes": "big.bin export-ignore\n"})

    refuse(tmp_path)

    [warning] = warnings(tmp_path)
    assert "export-ignore" in warning
    assert "big.bin" in warning


def test_submodule_gets_a_warning_with_what_ships_it(tmp_path: Path) -> None:
    commit(tmp_path / "library", {"mail.py": ""})
    commit(tmp_path / "app", APP)
    url = str(tmp_path / "library")
    git(
        tmp_path / "app",
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        url,
        "vendor/mail",
    )
    commit(tmp_path / "app", {})

    [warning] = warnings(tmp_path / "app")

    assert "submodules are not part of a release" in warning
    assert warning.endswith("vendor/mail")


@pytest.mark.parametrize(
    "sends",
    [
        'Response(events(), mimetype="text/event-stream")',
        "StreamingHttpResponse(events(), content_type='text/event-stream; charset=utf-8')",
        'response.headers["Content-Type"] = "text/event-stream"',
    ],
)
def test_stream_that_nginx_may_collect_gets_a_warning(tmp_path: Path, sends: str) -> None:
    """The same line in a test is about what is expected."""
    asks = 'headers = {"Accept": "text/event-stream"}\n'
    commit(tmp_path, {**APP, "shop/live.py": f"{sends}\n", "shop/tests/test_live.py": sends})
    [warning] = warnings(tmp_path)
    assert warning.startswith("shop/live.py sends text/event-stream without X-Accel-Buffering: no")

    passed_on = f'{sends}\nresponse.headers["X-Accel-Buffering"] = "no"\n'
    commit(tmp_path, {"shop/live.py": passed_on, "shop/reader.py": asks})
    assert warnings(tmp_path) == []

    commit(tmp_path, {"shop/live.py": asks})
    assert warnings(tmp_path) == []


def test_name_that_is_not_utf8_gets_a_warning(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir(parents=True)
    (tmp_path / "static" / os.fsdecode(b"caf\xe9.png")).write_text("x")
    (tmp_path / "static" / "grün.png").write_text("x")
    commit(tmp_path, APP)

    [warning] = warnings(tmp_path)

    assert warning.endswith(": static/caf�.png")


PO = {"shop/locale/de/LC_MESSAGES/django.po": "", "translations/fr/LC_MESSAGES/messages.po": ""}


def test_translation_that_is_not_compiled_gets_a_warning(tmp_path: Path) -> None:
    commit(tmp_path, {**APP, **PO, ".gitignore": "*.mo\n"})

    [warning] = warnings(tmp_path)

    assert "no compiled translation for de, fr" in warning
    assert "shop/locale/de/LC_MESSAGES/django.po" in warning
    assert "compilemessages" in warning


def test_translation_of_an_app_without_django_is_compiled_by_babel(tmp_path: Path) -> None:
    commit(
        tmp_path,
        {"app.py": "", "requirements.txt": LOCK, "app/i18n/es/LC_MESSAGES/messages.po": ""},
    )

    [warning] = warnings(tmp_path, preset="plain")

    assert '["pybabel", "compile", "-d", "app/i18n"] to app.build_commands' in warning
    assert "manage.py" not in warning


@pytest.mark.parametrize(
    ("more", "app"),
    [
        ({path.replace(".po", ".mo"): "" for path in PO}, {}),
        ({}, {"build_commands": [["python", "manage.py", "compilemessages"]]}),
        ({}, {"build_commands": [["pybabel", "compile", "-d", "translations"]]}),
    ],
)
def test_translation_that_is_or_will_be_compiled_gets_none(
    more: dict[str, str], app: dict[str, Any], tmp_path: Path
) -> None:
    commit(tmp_path, {**APP, **PO, **more})

    assert warnings(tmp_path, **app) == []


def test_src_layout_is_refused_with_the_key_that_it_needs(tmp_path: Path) -> None:
    commit(tmp_path, {"requirements.txt": LOCK, "src/manage.py": "", "src/shop/wsgi.py": ""})

    with pytest.raises(ConfigError, match=r"no manage\.py") as raised:
        refuse(tmp_path)

    assert "`subdirectory: src`" in raised.value.hint
    refuse(tmp_path, subdirectory="src")


def test_manage_py_elsewhere_in_the_repository_is_named(tmp_path: Path) -> None:
    commit(tmp_path, {"site/requirements.txt": LOCK, "backend/manage.py": ""})

    with pytest.raises(ConfigError) as raised:
        refuse(tmp_path, source="site")

    assert "backend/manage.py" in raised.value.hint


def test_missing_manage_py_is_refused(tmp_path: Path) -> None:
    commit(tmp_path, {"requirements.txt": LOCK, "shop/wsgi.py": ""})

    with pytest.raises(ConfigError, match=r"no manage\.py") as raised:
        refuse(tmp_path)

    assert "commit it" in raised.value.hint
    refuse(tmp_path, preset="plain")


def test_static_directory_that_the_commit_lacks_is_refused(tmp_path: Path) -> None:
    commit(tmp_path, {**APP, "shop/static/shop.css": ""})

    refuse(tmp_path, static_directory="shop/static")
    with pytest.raises(ConfigError, match="no files in static/"):
        refuse(tmp_path, static_directory="static")
