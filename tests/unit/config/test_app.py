"""The part `app` of deploy.yml: what the presets fill in."""

import pytest
from pydantic import ValidationError

from tests.unit.fakes import config
from understudy.config.app import nginx_bytes
from understudy.config.model import parse
from understudy.errors import ConfigError


def test_django_preset_migrates_and_serves_static_files() -> None:
    app = config().app

    commands = [*app.release_commands, app.migrations_pending, *app.migrate_commands]
    assert [command and command[2] for command in commands] == [
        "makemigrations",
        "collectstatic",
        "migrate",
        "migrate",
    ]
    asking = [*app.release_commands, *app.migrate_commands]
    assert all(command and "--noinput" in command for command in asking), "no one answers there"
    assert (app.static_url, app.media_url) == ("/static/", "/media/")


def test_given_key_wins_over_the_preset_even_if_it_is_empty() -> None:
    app = config(app={"static_url": None, "release_commands": []}).app

    assert (app.static_url, app.release_commands) == (None, ())
    assert app.media_url, "what is not given still comes from the preset"


def test_plain_preset_runs_nothing() -> None:
    app = config(app={"preset": "plain"}).app

    assert (app.build_commands, app.release_commands, app.static_url) == ((), (), None)


def test_static_directory_is_served_below_the_usual_url() -> None:
    app = config(app={"preset": "plain", "static_directory": "hello/static"}).app
    assert (app.static_url, app.static_directory) == ("/static/", "hello/static")

    other = {"preset": "plain", "static_directory": "assets", "static_url": "/assets/"}
    assert config(app=other).app.static_url == "/assets/"


@pytest.mark.parametrize("path", ["/etc", "../other", "a/../../b", ".", "a/./b", "a b", ""])
def test_static_directory_stays_below_the_app(path: str) -> None:
    with pytest.raises(ValueError, match="a folder below the app's directory"):
        config(app={"static_directory": path})


@pytest.mark.parametrize(
    ("keys", "seconds"),
    [({}, 60), ({"request_timeout": 240}, 245), ({"proxy_read_timeout": 3600}, 3600)],
)
def test_nginx_waits_longer_than_gunicorn(keys: dict[str, int], seconds: int) -> None:
    assert config(app=keys).app.nginx_waits == seconds


def test_nginx_that_would_give_up_before_gunicorn_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"more than app\.request_timeout, which is 30"):
        config(app={"proxy_read_timeout": 30})


@pytest.mark.parametrize("size", [("512", 512), ("8k", 8192), ("1m", 2**20), ("2g", 2**31)])
def test_size_of_nginx_in_bytes(size: tuple[str, int]) -> None:
    assert nginx_bytes(size[0]) == size[1]


@pytest.mark.parametrize(
    "worker", ["shop.workers.Mine", "gunicorn.workers.sync.SyncWorker", "a'\n"]
)
def test_worker_class_that_is_not_known_is_refused_with_those_that_are(worker: str) -> None:
    text = f"app:\n  name: shop\n  source: .\n  module: shop:app\n  worker_class: {worker!r}\ntargets: {{}}\n"

    with pytest.raises(ConfigError) as raised:
        parse(text)

    assert "deploy.yml:5: app.worker_class: must be sync, gthread, " in raised.value.details
    assert "uvicorn_worker.UvicornWorker" in raised.value.details


@pytest.mark.parametrize(
    ("worker", "asgi"),
    [
        ("sync", False),
        ("tornado", False),
        ("asgi", True),
        ("uvicorn_worker.UvicornH11Worker", True),
    ],
)
def test_worker_classes_for_asgi(worker: str, asgi: bool) -> None:
    assert config(app={"worker_class": worker}).app.is_asgi is asgi


def test_websocket_needs_a_worker_that_can_hold_one() -> None:
    with pytest.raises(ValidationError, match=r"another app\.worker_class than sync"):
        config(app={"websocket_path": "/ws/"})
    held = config(app={"websocket_path": "/ws/", "worker_class": "asgi"}).app
    assert held.websocket_path == "/ws/"
