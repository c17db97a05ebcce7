"""app.redirects and app.proxy: what nginx can't have, or leads in a circle, is refused with its key."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.fakes import config
from understudy.config.app import App


def message(caught: pytest.ExceptionInfo[ValidationError]) -> str:
    """Places and texts of all mistakes."""
    return "\n".join(
        f"{'.'.join(map(str, issue['loc']))}: {issue['msg']}" for issue in caught.value.errors()
    )


def app(**keys: Any) -> App:
    return config(app=keys).app


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/old/", "/new/"),
        ("/", "/start/"),
        ("/a.b~c/*", "/"),
        ("/old.php", "https://example.com/"),
        ("/old/*", "https://example.com:8443/a%20b/*"),
        ("/feed", "/rss?format=atom&all=1"),
        ("/a/", "/a/b/"),
    ],
)
def test_redirect_is_taken_as_it_is(path: str, target: str) -> None:
    assert app(redirects={path: target}).redirects == {path: target}


@pytest.mark.parametrize(
    ("path", "target", "why"),
    [
        ("old/", "/new/", "a path"),
        ("/old*", "/new/", "a path"),
        ("/../x", "/new/", "a path"),
        ("/a//b", "/new/", "a path"),
        ("/a b", "/new/", "a path"),
        ("/a?b=c", "/new/", "a path"),
        ("/old/", "new/", "a path or a URL"),
        ("/old/", "javascript:alert(1)", "a path or a URL"),
        ("/old/", "/new/;", "a path or a URL"),
        ("/old/", "/new/$host", "a path or a URL"),
        ("/old/", "/new/}", "a path or a URL"),
        ("/old/*", "/new*", "a path or a URL"),
        ("/old/*", "/new/*?a=b", "a path or a URL"),
        ("/old/", "/new/*", "only if"),
        ("/*", "/new/", "something else"),
        ("/media/*", "/new/", "something else"),
        ("/static/*", "/new/", "something else"),
        ("/api/*", "/new/", "something else"),
        ("/health/", "/new/", "something else"),
        ("/.well-known/acme-challenge/x", "/new/", "something else"),
        ("/a/", "/a/", "leads back"),
        ("/a/*", "/a/b/", "leads back"),
        ("/a/*", "/a/b/*", "leads back"),
    ],
)
def test_redirect_that_can_not_work_is_refused(path: str, target: str, why: str) -> None:
    with pytest.raises(ValidationError) as caught:
        app(redirects={path: target}, proxy={"/api/": 8001}, health_path="/health/")

    assert why in message(caught)
    assert f"redirects.{path}" in message(caught)


def test_circle_of_several_redirects_is_refused() -> None:
    with pytest.raises(ValidationError) as caught:
        app(redirects={"/a": "/b?x=y", "/b": "/c/d", "/c/*": "/a"})

    assert "leads back" in message(caught)
    assert app(redirects={"/a": "/b", "/b": "/c/d", "/c/*": "/a/"}).redirect_rules


@pytest.mark.parametrize("port", [80, 1023, 65536, "8001x"])
def test_port_is_none_of_the_systems_own(port: object) -> None:
    with pytest.raises(ValidationError):
        app(proxy={"/api/": port})


@pytest.mark.parametrize(
    "path", ["/", "/api", "api/", "/media/", "/static/", "/.well-known/acme-challenge/"]
)
def test_path_that_is_answered_already_is_not_sent_elsewhere(path: str) -> None:
    with pytest.raises(ValidationError) as caught:
        app(proxy={path: 8001})

    assert f"proxy.{path}" in message(caught)
