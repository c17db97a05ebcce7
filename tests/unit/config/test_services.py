import pytest

from tests.unit.config.deploy_yml import TEXT, mistakes
from understudy.config import model as configuration
from understudy.config.services import Services, mebibytes

WITH_TARGET_VARIABLE = "    environment: {{CACHE: '{}'}}\n"


def services(more: str) -> Services:
    return configuration.parse(TEXT + more).services


def mistake_in(more: str) -> str:
    return "\n".join(mistakes(TEXT + more))


class TestServices:
    def test_none_are_there_by_default(self) -> None:
        assert services("").all() == {}

    @pytest.mark.parametrize(
        "text",
        [
            "services: [redis, memcached]\n",
            "services: [redis, {memcached: {}}]\n",
            "services: {redis: {}, memcached: }\n",
        ],
    )
    def test_are_a_list_or_a_mapping(self, text: str) -> None:
        assert sorted(services(text).here()) == ["memcached", "redis"]

    def test_redis_loses_nothing_by_default(self) -> None:
        redis = services("services: [redis]\n").redis
        assert redis is not None
        assert (redis.purpose, redis.memory) == ("queue", "64M")

    def test_cache_is_chosen_by_its_purpose(self) -> None:
        valkey = services("services: {valkey: {for: cache, memory: 1G}}\n").valkey
        assert valkey is not None
        assert (valkey.purpose, valkey.memory) == ("cache", "1G")

    def test_one_that_is_managed_elsewhere_is_not_set_up_here(self) -> None:
        found = services("services: [memcached, {redis: {url_from: BROKER_URL}}]\n")
        assert list(found.here()) == ["memcached"]
        assert found.elsewhere() == {"redis": "BROKER_URL"}


@pytest.mark.parametrize(
    ("more", "mistake"),
    [
        ("services: redis\n", "12: services: must be a list, for example"),
        ("services:\n", "12: services: must be a list, for example"),
        ("services: [rediss]\n", "12: services.rediss: unknown key; did you mean redis?"),
        (
            "services: [{mariadb: {}}]\n",
            "unknown key: the app's database is `database: mariadb` under app",
        ),
        ("services:\n- redis\n- redis\n", "14: services.1: is in the list twice (got 'redis')"),
        ("services:\n- redis\n- 3\n", "14: services.1: must be a name, or one with its settings"),
        (
            "services: [{redis: {}, valkey: {}}]\n",
            "services.0: must be a name, or one with its settings",
        ),
        (
            "services:\n- redis\n- memcached:\n    memory: 1M\n",
            "15: services.memcached.memory: must be at least 16M (got '1M')",
        ),
        ("services: {redis: {for: broker}}\n", "services.redis.for: must be cache or queue"),
        ("services: {memcached: {for: queue}}\n", "services.memcached.for: unknown key"),
        ("services: {rabbitmq: {memory: 1G}}\n", "services.rabbitmq.memory: unknown key"),
        ("services: {redis: {url_from: a-b}}\n", "services.redis.url_from: must be capital"),
        (
            "services: {redis: {url_from: URL, for: cache}}\n",
            "services.redis.for: must not be set with `url_from`: it is up to who manages",
        ),
    ],
)
def test_mistakes_have_the_key_its_line_and_what_is_right(more: str, mistake: str) -> None:
    assert mistake in mistake_in(more)


def test_variable_names_a_service_that_the_site_has() -> None:
    variable = WITH_TARGET_VARIABLE.format("{redis_url}")
    configuration.parse(TEXT + variable + "services: [redis]\n")
    assert (
        "12: targets.staging.environment.CACHE: names {redis_url}, and `services` has no redis"
    ) in mistake_in(variable + "services: [valkey]\n")


def test_sizes_are_whole_mebibytes() -> None:
    assert [mebibytes(size) for size in ("20000K", "64M", "2G")] == [19, 64, 2048]
