"""What a deploy and `status` say about the site's services, as their host answers."""

from typing import Any

import pytest

from tests.unit.fakes import TOP, FakeConnection, FakeReport, config, facts, printed
from understudy.errors import Refused
from understudy.host import services
from understudy.job import Job
from understudy.paths import Project

ASK = "/usr/local/lib/understudy/services shop"
ELSEWHERE = {"redis": {"url_from": "BROKER"}}


def job(given: Any) -> Job:
    project = Project(TOP, TOP / "deploy.yml")
    return Job(project, config(services=given), "staging", FakeReport())


def host(output: str, **more: str) -> FakeConnection:
    return FakeConnection(
        {ASK: printed(output), **{part: printed(text) for part, text in more.items()}}
    )


class TestJournals:
    def test_are_those_of_services_on_the_host_that_have_trouble(self) -> None:
        asked = host("", journalctl="a line\nFatal error\n")
        states = {"redis": "can't connect", "memcached": "ok"}

        lines = [*services.journals(job(["redis", "memcached"]), asked, states)]

        assert lines == ["redis: a line", "redis: Fatal error"]
        assert [note.rpartition(" ")[2] for note in asked.notes] == [
            "--unit=understudy-redis@shop.service"
        ]

    def test_are_not_looked_for_elsewhere(self) -> None:
        assert [*services.journals(job(ELSEWHERE), FakeConnection(), {"redis": "refused"})] == []


def test_host_without_the_program_is_to_be_provisioned() -> None:
    found = services.with_all(job(["redis", "memcached"]).config, {"redis": "ok"})

    assert found == {"redis": "ok", "memcached": "the host can't say how it is: provision it"}


def test_words_name_the_secret_of_one_elsewhere() -> None:
    assert services.words(job(ELSEWHERE).config) == ("redis=BROKER",)
    assert services.words(job(["redis"]).config) == ("redis",)


class TestRequire:
    def test_one_elsewhere_has_to_be_reached(self) -> None:
        asked = host("redis\tno name server knows redis.test\n")

        with pytest.raises(
            Refused, match="can't use a service that is managed elsewhere"
        ) as raised:
            services.require(job(ELSEWHERE), asked, facts(secret_names=frozenset({"BROKER"})))

        assert raised.value.details == "redis: no name server knows redis.test"
        assert "secrets set BROKER --target staging" in str(raised.value.hint)

    def test_its_secret_has_to_be_there(self) -> None:
        with pytest.raises(Refused, match="staging has no secret BROKER, the URL of redis"):
            services.require(job(ELSEWHERE), FakeConnection(), facts())

    def test_one_of_the_host_is_only_warned_of(self) -> None:
        asked = job(["redis"])

        services.require(asked, host("redis\tits memory is full\n"), facts())

        assert isinstance(asked.report, FakeReport)
        assert asked.report.warnings == ["staging: redis: its memory is full"]

    def test_says_nothing_of_those_that_are_well(self) -> None:
        asked = job({**ELSEWHERE, "memcached": {}})
        secrets = facts(secret_names=frozenset({"BROKER"}))

        services.require(asked, host("redis\tok\nmemcached\tok\n"), secrets)

        assert isinstance(asked.report, FakeReport)
        assert asked.report.warnings == []
