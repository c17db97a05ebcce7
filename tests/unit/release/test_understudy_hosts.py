"""templates/understudy_hosts.py, which looks for what Django's settings keep on a host itself."""

from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.fakes import TOP

LOOK = run_path(str(TOP / "templates" / "understudy_hosts.py"))
BACKENDS = "django.core.cache.backends"
SESSIONS = "django.contrib.sessions"


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("redis://localhost:6379/0", "a server at localhost"),
        ("redis://:secret@127.0.0.1/1", "a server at 127.0.0.1"),
        ("127.0.0.1:11211", "a server at 127.0.0.1"),
        (["cache.internal:11211", "localhost:11211"], "a server at localhost"),
        ("unix:/run/redis/shop.sock", "a server at /run/redis/shop.sock"),
        ("unix:///run/redis/shop.sock", "a server at /run/redis/shop.sock"),
        ({"default": {"HOST": "localhost", "PORT": 6379}}, "a server at localhost"),
        ({"default": {"CONFIG": {"hosts": ["redis://localhost"]}}}, "a server at localhost"),
        ("redis://localhost.example.com:6379", ""),
        ("redis://cache.internal:6379/0", ""),
        ("sqs://", ""),
        ("a_table", ""),
        (None, ""),
    ],
)
def test_queue_is_on_this_host(given: Any, place: str) -> None:
    assert LOOK["queue_place"](given) == place


@pytest.mark.parametrize(
    ("cache", "place"),
    [
        ({"BACKEND": f"{BACKENDS}.locmem.LocMemCache"}, "the memory of each process"),
        (
            {"BACKEND": f"{BACKENDS}.filebased.FileBasedCache", "LOCATION": "/var/tmp/cache"},
            "files in /var/tmp/cache",
        ),
        (
            {"BACKEND": f"{BACKENDS}.redis.RedisCache", "LOCATION": "redis://localhost"},
            "a server at localhost",
        ),
        ({"BACKEND": f"{BACKENDS}.db.DatabaseCache", "LOCATION": "cache"}, ""),
        ({"BACKEND": f"{BACKENDS}.dummy.DummyCache"}, ""),
    ],
)
def test_cache_is_on_this_host(cache: dict[str, Any], place: str) -> None:
    assert LOOK["cache_place"](cache) == place


@pytest.mark.parametrize(
    ("engine", "apps", "place"),
    [
        ("file", [SESSIONS], "files in /srv/sessions"),
        ("cache", [SESSIONS], "files in /var/tmp"),
        ("cached_db", [SESSIONS], ""),
        ("db", [SESSIONS], ""),
        ("file", [], ""),
    ],
)
def test_sessions_are_on_this_host(engine: str, apps: list[str], place: str) -> None:
    settings = SimpleNamespace(
        INSTALLED_APPS=apps,
        SESSION_ENGINE=f"{SESSIONS}.backends.{engine}",
        SESSION_FILE_PATH="/srv/sessions",
        SESSION_CACHE_ALIAS="default",
    )
    assert LOOK["session_place"](settings, {"default": "files in /var/tmp"}) == place


def test_disk_of_the_network_is_known_by_the_mounts(monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = (
        "22 1 0:5 / / rw - ext4 /dev/vda1 rw\n"
        "30 22 0:40 / /srv rw shared:1 - nfs4 nas:/shop rw\n"
        "31 30 0:41 / /srv/local rw - ext4 /dev/vdb rw\n"
    )
    monkeypatch.setattr(Path, "read_text", lambda path: mounts)

    assert LOOK["is_on_network"]("/srv/shop/shared/media")
    assert not LOOK["is_on_network"]("/srv/local/shop")
    assert not LOOK["is_on_network"]("/home")
