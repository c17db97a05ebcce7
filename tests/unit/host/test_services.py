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


class TestDescribe:
    def test_asks_nothing_without_services(self) -> None:
        assert [*services.describe(job([]), FakeConnection())] == []

    def test_has_a_line_for_each(self) -> None:
        lines = services.describe(job(["redis", "memcached"]), host("redis\tok\nmemcached\tok\n"))
        assert [*lines] == ["redis: ok", "memcached: ok"]

    def test_shows_the_journal_of_one_that_has_trouble(self) -> None:
        asked = host("redis\tcan't connect\n", journalctl="a line\nFatal error\n")

        lines = [*services.describe(job(["redis"]), asked)]

        assert lines == ["redis: TROUBLE: can't connect", "  a line", "  Fatal error"]
        assert "--unit=understudy-redis@shop.service" in asked.notes[-1]

    def test_does_not_look_for_the_journal_of_one_elsewhere(self) -> None:
        asked = host("redis\tredis.test:6379 refuses the password\n")

        lines = [*services.describe(job(ELSEWHERE), asked)]

        assert lines == ["redis: TROUBLE: redis.test:6379 refuses the password"]
        assert asked.notes == [f"{ASK} redis=BROKER"]

    def test_says_that_a_host_without_the_program_is_to_be_provisioned(self) -> None:
        asked = host("", journalctl="")

        assert [*services.describe(job(["redis"]), asked)] == [
            "redis: TROUBLE: the host can't say how it is: provision it"
        ]


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
