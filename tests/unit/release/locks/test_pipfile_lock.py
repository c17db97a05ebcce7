"""Pipfile.lock, as pipenv writes it."""

import json
from typing import Any

import pytest

from understudy.errors import ConfigError
from understudy.release.locks import pipfile_lock

LOCK = {
    "_meta": {
        "pipfile-spec": 6,
        "requires": {"python_version": "3.11"},
        "sources": [
            {"name": "pypi", "url": "https://pypi.org/simple", "verify_ssl": True},
            {"name": "own", "url": "https://pypi.x.test/simple", "verify_ssl": True},
        ],
    },
    "default": {
        "django": {
            "hashes": ["sha256:aa", "sha256:ab"],
            "index": "pypi",
            "markers": "python_version >= '3.10'",
            "version": "==5.2",
        },
        "psycopg": {"extras": ["binary", "pool"], "hashes": ["sha256:bb"], "version": "==3.2"},
        "tools": {"git": "https://x.test/tools.git", "ref": "c" * 40, "subdirectory": "src"},
        "shared": {"path": "./libs/shared", "editable": True},
    },
    "develop": {"pytest": {"hashes": ["sha256:cc"], "version": "==8.0"}},
    "web": {"gunicorn": {"hashes": ["sha256:dd"], "version": "==23.0.0"}},
}


def lines(lock: Any, *groups: str) -> list[str]:
    return list(pipfile_lock.lines(json.dumps(lock), "Pipfile.lock", groups))


def test_default_packages_are_taken_with_extras_markers_and_hashes() -> None:
    assert lines(LOCK) == [
        "# requires-python: ==3.11.*",
        "--index-url https://pypi.org/simple",
        "--extra-index-url https://pypi.x.test/simple",
        "django==5.2 ; python_version >= '3.10' --hash=sha256:aa --hash=sha256:ab",
        "psycopg[binary,pool]==3.2 --hash=sha256:bb",
        f"tools @ git+https://x.test/tools.git@{'c' * 40}#subdirectory=src",
        "shared @ ./libs/shared",
    ]


def test_category_is_taken_if_it_is_named() -> None:
    assert lines(LOCK, "web")[-1] == "gunicorn==23.0.0 --hash=sha256:dd"


def test_exact_python_is_kept() -> None:
    meta = {"requires": {"python_version": "3.11", "python_full_version": "3.11.2"}}

    assert lines({"_meta": meta, "default": {}}) == ["# requires-python: ==3.11.2"]


@pytest.mark.parametrize("lock", [[], {"_meta": {}}, {"_meta": {}, "default": ["django"]}, 1])
def test_other_json_is_reported(lock: Any) -> None:
    with pytest.raises(ConfigError, match=r"Pipfile\.lock") as raised:
        lines(lock)

    assert "pipenv lock" in raised.value.hint


def test_unknown_category_is_reported_by_its_name() -> None:
    with pytest.raises(ConfigError, match="no category 'prod'"):
        lines(LOCK, "prod")
