"""Django's settings on several web hosts: what each of them would have of its own."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.deploy.test_django_settings import GOOD
from tests.unit.plans import desired_state
from understudy.config.topology import TargetHost
from understudy.deploy.desired import DesiredState
from understudy.deploy.django_settings import findings, warnings_in

WEB = TargetHost(address="10.0.0.1", roles=("web", "worker"))
SECOND = TargetHost(address="10.0.0.2", roles=("web",))
DATABASE = TargetHost(address="10.0.0.3", roles=("database",))


def on(*hosts: TargetHost) -> DesiredState:
    """A site of PostgreSQL on those hosts, seen from the first."""
    desired = desired_state(app={"preset": "django"})
    target = desired.target.model_copy(update={"host_list": hosts, "address": hosts[0].address})
    return replace(desired, target=target)


def settings(**own: Any) -> dict[str, Any]:
    return {**GOOD, "databases": {}, "sqlite": {}, "of_this_host": {**GOOD["of_this_host"], **own}}


OWN = {
    "sessions": "files in /tmp",
    "uploads": {"shop.Photo.image": "/srv/shop/shared/media"},
    "queues": {"CELERY_BROKER_URL": "a server at localhost"},
}


def test_each_thing_of_a_host_alone_is_found_where_several_are_one_site() -> None:
    assert findings(settings(**OWN), on(WEB, SECOND, DATABASE)) == (
        "sessions are in files in /tmp, and each web host has its own",
        "uploads of shop.Photo.image are in /srv/shop/shared/media, and each web host has its own",
        "CELERY_BROKER_URL names a server at localhost, and each web host has its own",
    )


@pytest.mark.parametrize("hosts", [(WEB,), (WEB, DATABASE)])
def test_a_single_web_host_may_keep_them(hosts: tuple[TargetHost, ...]) -> None:
    assert findings(settings(**OWN), on(*hosts)) == ()


def test_second_database_in_a_file_is_found() -> None:
    kept = "/srv/shop/shared/database/visits.sqlite3"
    stats = {**settings(), "databases": {"visits": ["django.db.backends.sqlite3", kept]}}

    assert findings(stats, on(WEB)) == ()
    assert findings(stats, on(WEB, SECOND)) == (
        f"the database 'visits' is the file {kept}, and each web host has its own",
    )


def warned(found: dict[str, Any], *hosts: TargetHost) -> tuple[str, ...]:
    return warnings_in(f"==> settings {json.dumps(found)}\n", on(*hosts))


def test_cache_of_each_host_is_a_warning_unless_it_is_memory_or_has_the_sessions() -> None:
    caches = {
        "default": "files in /var/cache/shop",
        "memory": "the memory of each process",
        "shared": "",
    }
    (warning,) = warned(settings(caches=caches), WEB, SECOND)

    assert warning.startswith("the cache 'default' is in files in /var/cache/shop, and each web")
    assert warned(settings(caches=caches), WEB) == ()
    in_it = settings(caches=caches, sessions="files in /var/cache/shop")
    assert warned(in_it, WEB, SECOND) == ()


def test_kept_connections_are_a_warning_if_the_database_is_elsewhere() -> None:
    kept = settings(stale_connections=["default"])
    (warning,) = warned(kept, WEB, DATABASE)

    assert warning.startswith("connections to the database 'default' are kept, and CONN_HEALTH")
    assert warned(kept, WEB) == ()
    assert warned(settings(), WEB, DATABASE) == ()
