"""The services of `services` in deploy.yml: each answers, to this site alone, and keeps what it is for."""

from collections.abc import Mapping

import pytest

from understudy.config.model import Config
from understudy.release.layout import Paths
from understudy.testing.host_questions import Answer

Answers = Mapping[str, Answer]
pytestmark = pytest.mark.role("web", "worker")
# Of a store: what is evicted when its memory is full, and whether it is on the disk.
KEPT = {"queue": ("noeviction", "1"), "cache": ("allkeys-lru", "0")}


@pytest.fixture(autouse=True)
def some(settings: Config) -> None:
    if not settings.services.here():
        pytest.skip("the site has no services on its host")


@pytest.fixture
def stores(answers: Answers, settings: Config) -> list[list[str]]:
    if not (settings.services.here().keys() & {"redis", "valkey"}):
        pytest.skip("the site has neither Redis nor Valkey on its host")
    return [line.split() for line in answers["stores"].lines]


def test_each_service_answers(answers: Answers, settings: Config) -> None:
    states = dict(line.split("\t", 1) for line in answers["services"].lines)
    assert states == dict.fromkeys(settings.services.here(), "ok")


def test_stores_want_their_password(stores: list[list[str]]) -> None:
    assert [(name, answer) for name, _, answer, *_ in stores if answer != "-NOAUTH"] == []


def test_stores_listen_on_this_host_only(answers: Answers, stores: list[list[str]]) -> None:
    addresses = {line.split()[3] for line in answers["listening"].lines}
    for name, port, *_ in stores:
        found = {one for one in addresses if one.endswith(f":{port}")}
        assert found == {f"127.0.0.1:{port}"}, name


def test_stores_keep_what_they_are_for(stores: list[list[str]], settings: Config) -> None:
    both = {"redis": settings.services.redis, "valkey": settings.services.valkey}
    expected = {name: KEPT[one.purpose] for name, one in both.items() if one and not one.url_from}
    assert {name: tuple(kept) for name, _, _, *kept in stores} == expected


def test_each_has_a_user_of_its_own(answers: Answers) -> None:
    """Also those of other sites of the host."""
    users = answers["users of services"].lines
    assert "root" not in users
    assert len(users) == len(set(users))


def test_password_is_readable_by_the_site_alone(
    answers: Answers, settings: Config, paths: Paths
) -> None:
    line = f"{paths.services} 640 root:{settings.app.name}"
    assert line in answers["data"].lines
