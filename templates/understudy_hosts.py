"""Collects what an app keeps on its very host by Django's settings, where another web host doesn't find it.
commands.py prints it, understudy/deploy/django_hosts.py judges it. Changes nothing.
"""

import os
import re
import tempfile
from pathlib import Path
from typing import Any

_LOCAL = re.compile(r"^(?:\w+://)?(?:[^/@]*@)?(?P<host>localhost|127\.0\.0\.1|\[?::1\]?)(?=[:/]|$)")
_SOCKET = re.compile(r"^(?:[\w+]+:(?://)?)?(?P<path>/[^/\s]\S*)$")
_NETWORK = re.compile(r"nfs4?|cifs|smb3|ceph|glusterfs|9p|virtiofs|fuse\..*")
# Settings with the place of a queue or of a channel layer, or with several of them.
_QUEUES = ("CELERY_BROKER_URL", "BROKER_URL", "RQ_QUEUES", "CHANNEL_LAYERS")


def look() -> dict[str, Any]:
    """Each place in words; "" or nothing for what all hosts share."""
    from django.conf import settings

    caches = {alias: cache_place(one) for alias, one in settings.CACHES.items()}
    return {
        "sessions": session_place(settings, caches),
        "caches": caches,
        "uploads": uploads(),
        "queues": {
            name: place for name in _QUEUES if (place := queue_place(getattr(settings, name, None)))
        },
        "stale_connections": [
            alias
            for alias, one in settings.DATABASES.items()
            if one.get("CONN_MAX_AGE", 0) != 0 and not one.get("CONN_HEALTH_CHECKS")
        ],
    }


def session_place(settings: Any, caches: dict[str, str]) -> str:
    if "django.contrib.sessions" not in settings.INSTALLED_APPS:
        return ""
    engine = settings.SESSION_ENGINE
    if engine == "django.contrib.sessions.backends.file":
        place = settings.SESSION_FILE_PATH or tempfile.gettempdir()
        return "" if is_on_network(place) else f"files in {place}"
    if engine == "django.contrib.sessions.backends.cache":
        return caches.get(settings.SESSION_CACHE_ALIAS, "")
    return ""


def cache_place(cache: dict[str, Any]) -> str:
    kind, places = cache["BACKEND"].rpartition(".")[2], cache.get("LOCATION", "")
    if kind == "LocMemCache":
        return "the memory of each process"
    if kind == "FileBasedCache":
        return "" if is_on_network(places) else f"files in {places}"
    return queue_place(places)


def uploads() -> dict[str, str]:
    """Field of a model -> the directory in which its files are."""
    from django.apps import apps
    from django.db.models import FileField

    return {
        f"{model._meta.label}.{field.name}": place
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, FileField) and (place := directory_of(field))
    }


def directory_of(field: Any) -> str:
    """Of this host; "" for another storage, and for one that can't be loaded: the app may never use it."""
    from django.core.files.storage import FileSystemStorage

    try:
        if not isinstance(field.storage, FileSystemStorage):
            return ""
        place = str(field.storage.location)
    except Exception:
        return ""
    return "" if is_on_network(place) else place


def queue_place(given: Any) -> str:
    """Where on this host it is: a URL, host or socket, or any of a list or of a mapping's values."""
    if isinstance(given, dict):
        given = list(given.values())
    if isinstance(given, (list, tuple)):
        return next(filter(None, map(queue_place, given)), "")
    text = given if isinstance(given, str) else ""
    if found := _LOCAL.search(text):
        return f"a server at {found['host']}"
    found = _SOCKET.search(text)
    return f"a server at {found['path']}" if found else ""


def is_on_network(place: Any) -> bool:
    """Whether that directory, or where it will be, is on a disk of the network."""
    path = Path(os.path.realpath(place))
    kinds = {}
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kinds[before.split()[4]] = after.split()[0]
    mount = next((str(one) for one in (path, *path.parents) if str(one) in kinds), "")
    return bool(_NETWORK.fullmatch(kinds.get(mount, "")))
