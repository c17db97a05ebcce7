"""Django's settings on a host: which of them don't fit it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.plans import NEW, desired_state
from understudy.config.topology import TargetHost
from understudy.deploy.django_settings import advice_in, findings, findings_in

DOMAIN = desired_state().target.domain
RELEASE = f"/srv/shop/releases/{NEW}"
PROTO = "HTTP_X_FORWARDED_PROTO"
MISREAD = (
    "SECURE_PROXY_SSL_HEADER waits for 'on', and nginx sends 'https': Django takes HTTPS for HTTP"
)
SQLITE = "django.db.backends.sqlite3"
CERTIFICATE = {"chain": "/etc/ssl/chain.pem", "key": "/etc/ssl/key.pem"}
GOOD: dict[str, Any] = {
    "module": "shop.settings",
    "debug": False,
    "secret_key_from_environment": True,
    "allowed_hosts": [DOMAIN],
    "static_root": f"{RELEASE}/static",
    "static_url": "/static/",
    "media_root": "/srv/shop/shared/media",
    "media_url": "/media/",
    "databases": {"default": [SQLITE, "/srv/shop/shared/database/db.sqlite3"]},
    "wsgi": None,
    "upload_mode": 0o644,
    "unreadable_uploads": [0, ""],
    "sqlite": {"default": {"journal": "wal", "timeout": 20, "begins": "IMMEDIATE"}},
    "cache_tables": [],
    "mail": None,
    "mail_elsewhere": None,
    "eager_tasks": "",
    "secure_ssl_redirect": False,
    "secure_proxy_ssl_header": ["HTTP_X_FORWARDED_PROTO", "https"],
    "csrf_cookie_secure": False,
    "session_cookie_secure": False,
    "of_this_host": {
        "sessions": "",
        "caches": {"default": "the memory of each process"},
        "uploads": {},
        "queues": {},
        "stale_connections": [],
    },
}


def found(target: dict[str, Any] | None = None, **changes: Any) -> tuple[str, ...]:
    return findings(
        {**GOOD, **changes}, desired_state(app={"preset": "django"}, target=target or {})
    )


def test_settings_that_fit_have_nothing_wrong() -> None:
    assert found() == ()


def test_tasks_that_run_at_once_matter_only_beside_workers() -> None:
    eager = {**GOOD, "eager_tasks": "CELERY_TASK_ALWAYS_EAGER"}
    worker = {"worker": {"command": "celery -A shop worker"}}

    assert findings(eager, desired_state(app={"preset": "django"})) == ()
    assert findings(eager, desired_state(app={"preset": "django"}, processes=worker)) == (
        "CELERY_TASK_ALWAYS_EAGER is on: tasks run in the process that enqueues them",
    )


def test_static_root_does_not_matter_where_committed_files_are_served() -> None:
    desired = desired_state(app={"preset": "django", "static_directory": "static"})

    assert findings({**GOOD, "static_root": f"{RELEASE}/source/static"}, desired) == ()
    assert len(findings({**GOOD, "static_url": "/assets/"}, desired)) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"debug": True}, "DEBUG is on in shop.settings"),
        ({"secret_key_from_environment": False}, "SECRET_KEY is not taken from the environment"),
        (
            {"wsgi": ["shop.dev", True]},
            "app.module runs with the settings shop.dev, and manage.py with shop.settings; "
            "DEBUG is on in shop.dev",
        ),
        (
            {"wsgi": ["shop.live", False]},
            "app.module runs with the settings shop.live, and manage.py with shop.settings",
        ),
        ({"upload_mode": None}, "FILE_UPLOAD_PERMISSIONS lets nginx read no upload: 0o640 does"),
        ({"upload_mode": 0o600}, "FILE_UPLOAD_PERMISSIONS lets nginx read no upload: 0o640 does"),
        (
            {"unreadable_uploads": [2, "/srv/shop/shared/media/a.png"]},
            "nginx can't read 2 files in MEDIA_ROOT, such as /srv/shop/shared/media/a.png: the code that "
            "saves them there must give them FILE_UPLOAD_PERMISSIONS, as Django's storage does, or "
            "mode 0640",
        ),
        (
            {"cache_tables": ["cached"]},
            "CACHES names the table cached, which the database lacks: "
            "[python, manage.py, createcachetable] among app.migrate_commands makes it",
        ),
        (
            {"mail": ["localhost", 25]},
            "the app sends mail, and nothing listens at localhost:25: set EMAIL_HOST",
        ),
        (
            {"mail_elsewhere": ["smtp.relay.example", 587]},
            "mails go to smtp.relay.example:587 by the settings, whatever EMAIL_HOST of the environment names",
        ),
        ({"allowed_hosts": ["localhost"]}, f"ALLOWED_HOSTS ['localhost'] lacks {DOMAIN}"),
        ({"static_url": "/assets/"}, "STATIC_URL is /assets/, and nginx serves /static/"),
        (
            {"static_root": "static"},
            f"STATIC_ROOT {RELEASE}/source/static is not where nginx looks for static files",
        ),
        (
            {"media_root": "media"},
            f"MEDIA_ROOT {RELEASE}/source/media is inside the release: "
            "what visitors upload is lost with it",
        ),
        (
            {"media_root": "/tmp/media"},
            "MEDIA_ROOT /tmp/media is outside of /srv/shop/shared/media, which outlives releases",
        ),
        ({"media_url": "/files/"}, "MEDIA_URL is /files/, and nginx serves /media/"),
        (
            {"databases": {"other": [SQLITE, "db.sqlite3"]}},
            "the database 'other', db.sqlite3, is outside of /srv/shop/shared/database, "
            "which outlives releases",
        ),
        (
            {"secure_ssl_redirect": True},
            f"SECURE_SSL_REDIRECT is on, and {DOMAIN} has no certificate",
        ),
        (
            {"csrf_cookie_secure": True},
            f"CSRF_COOKIE_SECURE is on, and {DOMAIN} has no certificate",
        ),
        (
            {"session_cookie_secure": True},
            f"SESSION_COOKIE_SECURE is on, and {DOMAIN} has no certificate",
        ),
    ],
)
def test_setting_that_does_not_fit_the_host_is_a_finding(
    changes: dict[str, Any], sentence: str
) -> None:
    assert found(**changes) == (sentence,)


def test_https_that_a_proxy_in_front_ends_is_https_for_django() -> None:
    behind = {"trusted_proxies": ["203.0.113.0/24"]}

    assert found(behind, secure_ssl_redirect=True) == ()
    assert found(behind, secure_proxy_ssl_header=[PROTO, "on"]) == (MISREAD,)


@pytest.mark.parametrize(("trusted", "fits"), [([], False), (["203.0.113.0/24"], True)])
def test_proxy_of_the_target_itself_ends_no_https_without_a_certificate(
    trusted: list[str], fits: bool
) -> None:
    """One in front of it may."""
    proxy = {"address": "192.0.2.5", "private": "10.0.0.5", "roles": ["proxy"]}
    desired = desired_state(app={"preset": "django"}, target={"trusted_proxies": trusted})
    own = {"address": desired.target.address, "private": "10.0.0.7", "roles": ["web"]}
    hosts = tuple(map(TargetHost.model_validate, (proxy, own)))
    web = desired.target.model_copy(update={"host_list": hosts})
    assert web.is_behind_proxy

    warnings = findings({**GOOD, "secure_ssl_redirect": True}, replace(desired, target=web))

    assert ("SECURE_SSL_REDIRECT is on" in "".join(warnings)) != fits


def test_https_is_known_to_the_worker_if_django_reads_no_header() -> None:
    """gunicorn and uvicorn believe X-Forwarded-Proto of nginx."""
    secure = {"secure_ssl_redirect": True}

    assert found({"https": "auto"}, secure_proxy_ssl_header=None, **secure) == ()
    other = ["HTTP_X_FORWARDED_SSL", "on"]
    assert found({"https": "auto"}, secure_proxy_ssl_header=other, **secure) == ()


@pytest.mark.parametrize("names", [["*"], [DOMAIN.upper()], ["." + DOMAIN.split(".", 1)[1]]])
def test_all_ways_to_allow_a_host_count(names: list[str]) -> None:
    assert found(allowed_hosts=names) == ()


def test_each_name_at_which_the_site_answers_has_to_be_allowed() -> None:
    led = {"name": "shop.example", "redirect_to": DOMAIN}
    target = {"domains": [DOMAIN, led, f"www.{DOMAIN}", "*.shop.example"]}

    assert found(target, allowed_hosts=[DOMAIN]) == (
        f"ALLOWED_HOSTS ['{DOMAIN}'] lacks www.{DOMAIN}",
        f"ALLOWED_HOSTS ['{DOMAIN}'] lacks .shop.example",
    )
    assert found(target, allowed_hosts=[f".{DOMAIN}", ".shop.example"]) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"static_root": None, "static_url": "/elsewhere/"},
        {"static_url": "https://cdn.test/", "static_root": "/any"},
        {"static_root": f"/srv/shop/static/{NEW}"},
        {"media_root": ""},
        {"databases": {"default": ["django.db.backends.postgresql", "shop"]}},
    ],
)
def test_files_kept_elsewhere_need_no_place_on_the_host(changes: dict[str, Any]) -> None:
    assert found(**changes) == ()


@pytest.mark.parametrize("target", [{"certificate": CERTIFICATE}, {"https": "auto"}])
def test_https_may_be_required_where_there_is_https(target: dict[str, Any]) -> None:
    secure = dict.fromkeys(
        ("secure_ssl_redirect", "csrf_cookie_secure", "session_cookie_secure"), True
    )

    assert found(target, **secure) == ()
    assert found(target, **{**secure, "secure_proxy_ssl_header": [PROTO, "on"]}) == (
        f"{MISREAD}; SECURE_SSL_REDIRECT sends everybody in a circle",
    )


def test_settings_are_found_in_the_output_of_the_commands() -> None:
    desired = desired_state(app={"preset": "django"})
    printed = f"==> settings {json.dumps({**GOOD, 'debug': True})}"

    assert findings_in(f"3 files copied\n{printed}\n", desired) == ("DEBUG is on in shop.settings",)
    assert findings_in("3 files copied\n", desired) == ()


@pytest.mark.parametrize(
    ("changes", "recommended"),
    [
        ({}, None),
        ({"journal": "delete"}, '"init_command": "PRAGMA journal_mode=WAL"'),
        ({"timeout": None}, '"timeout": 20'),
        ({"begins": None}, '"transaction_mode": "IMMEDIATE"'),
    ],
)
def test_sqlite_for_one_visitor_at_a_time_is_advice_and_no_finding(
    changes: dict[str, Any], recommended: str | None
) -> None:
    good = GOOD["sqlite"]["default"]
    settings = {**GOOD, "sqlite": {"default": {**good, **changes}}}

    advice = advised(settings)

    assert len(advice) == (recommended is not None)
    assert (recommended or "") in "".join(advice)
    assert findings(settings, desired_state(app={"preset": "django"})) == ()


def advised(settings: dict[str, Any], target: dict[str, Any] | None = None) -> tuple[str, ...]:
    desired = desired_state(app={"preset": "django"}, target=target or {})
    return advice_in(f"==> settings {json.dumps(settings)}\n", desired)


def test_secure_cookies_are_recommended_where_there_is_https() -> None:
    secure = dict.fromkeys(("session_cookie_secure", "csrf_cookie_secure"), True)

    [advice] = advised(GOOD, {"https": "auto"})
    assert advice.endswith(": SESSION_COOKIE_SECURE = True, CSRF_COOKIE_SECURE = True")
    assert advised({**GOOD, **secure}, {"https": "auto"}) == ()
    assert advised(GOOD) == ()


UPLOADS = {**GOOD["of_this_host"], "uploads": {"shop.Item.picture": "/srv/shop/shared/media"}}


@pytest.mark.parametrize(("served", "advised"), [("/media/", False), (None, True)])
def test_uploads_that_nginx_does_not_serve_are_named(served: str | None, advised: bool) -> None:
    """`init` writes `media_url: null` for an app without uploads, which may have some later."""
    desired = desired_state(app={"preset": "django", "media_url": served})
    output = f"==> settings {json.dumps({**GOOD, 'of_this_host': UPLOADS})}"

    assert ("shop.Item.picture" in "".join(advice_in(output, desired))) == advised
    assert advice_in(f"==> settings {json.dumps(GOOD)}", desired) == ()
