"""The part `app` of deploy.yml: what the presets fill in."""

import pytest

from tests.unit.fakes import config


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
