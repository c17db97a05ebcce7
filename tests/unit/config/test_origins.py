"""The whole configuration, with where each value comes from."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.config.deploy_yml import TEXT
from tests.unit.fakes import TOP
from understudy.config import model as configuration
from understudy.config import origins
from understudy.errors import ConfigError

FULL = """\
app:
  name: shop
  source: .
  preset: plain
  module: shop.wsgi:application
  static_directory: shop/static
  request_timeout: 90
  migrate_commands: ["flask db upgrade", [flask, "seed ' it"]]
  environment: {CACHE: "{redis_url}"}
processes:
  worker: {command: celery worker, ready: notify}
timers:
  prune: {command: flask prune, calendar: "*:0/15"}
services: [redis, {memcached: {memory: 128M}}]
secrets: {SIGNING_SECRET: {generate: 50}}
data: {tables: {person: {name: {fixed: "n/a"}, email: email, note: null}, log: drop}}
receipts: {key: keys/receipts}
targets:
  live:
    domains: [münchen.example, {name: www.shop.example, redirect_to: xn--mnchen-3ya.example}]
    addresses: [192.0.2.7, 192.0.2.8]
    admin: debian
    hsts: 0
    certificate: {chain: /etc/ssl/shop/a.pem, key: /etc/ssl/shop/b.pem}
  vagrant: {domain: shop.test, admin: vagrant, disposable: true, https: auto, mail: off}
"""


def from_of(text: str) -> dict[str, tuple[Any, str]]:
    found = origins.settings(configuration.parse(text), text, "deploy.yml")
    return {one.key: (one.value, one.origin) for one in found}


@pytest.mark.parametrize(
    ("key", "value", "origin"),
    [
        ("app.name", "shop", "deploy.yml:2"),
        ("app.environment.DEBUG", "0", "deploy.yml:6"),
        ("app.workers", 2, "default"),
        ("app.media_url", "/media/", "preset django"),
        ("app.migrations_pending", ["python", "manage.py", "migrate", "--check"], "preset django"),
        ("app.proxy_read_timeout", 60, "app.request_timeout"),
        ("vm.stands_for", "staging", "the only target that stays"),
        ("vm.cpus", 2, "default; on the VM as captured, if production was"),
        ("targets.staging.address", "192.0.2.7", "deploy.yml:10"),
        ("targets.staging.noindex", False, "targets.staging.disposable"),
        ("targets.staging.mail", "off", "targets.staging.disposable"),
    ],
)
def test_value_has_its_line_or_what_it_follows_from(key: str, value: Any, origin: str) -> None:
    assert from_of(TEXT)[key] == (value, origin)


@pytest.mark.parametrize(
    ("key", "value", "origin"),
    [
        ("app.static_url", "/static/", "app.static_directory"),
        ("app.proxy_read_timeout", 95, "app.request_timeout"),
        ("services.redis.memory", "64M", "default"),
        ("services.memcached.memory", "128M", "deploy.yml:14"),
        ("data.tables.person.name.fixed", "n/a", "deploy.yml:16"),
        ("data.tables.log", "drop", "deploy.yml:16"),
        ("targets.vagrant.mail", "off", "deploy.yml:25"),
    ],
)
def test_short_forms_have_their_places_too(key: str, value: Any, origin: str) -> None:
    assert from_of(FULL)[key] == (value, origin)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        FULL,
        (TOP / "deploy.yml").read_text(),
        TEXT.replace("app:", "app:\n  database: external"),
    ],
)
def test_what_is_printed_is_a_deploy_yml_that_means_the_same(text: str) -> None:
    parsed = configuration.parse(text, Path("/srv/deploy.yml"))
    printed = origins.as_yaml(origins.settings(parsed, text, "deploy.yml"))

    again = configuration.parse(printed, Path("/elsewhere/deploy.yml"))

    assert origins._dumped(again) == {**origins._dumped(parsed), **_filled_in(parsed)}


def _filled_in(parsed: configuration.Config) -> dict[str, Any]:
    """What follows from other keys is then given."""
    dumped = origins._dumped(parsed)
    dumped["app"]["proxy_read_timeout"] = parsed.app.nginx_waits
    for name, target in parsed.targets.items():
        dumped["targets"][name]["noindex"] = target.is_noindex
        dumped["targets"][name]["mail"] = "capture" if target.captures_mail else "off"
    return dumped


def test_each_line_says_where_its_value_is_from() -> None:
    printed = origins.as_yaml(origins.settings(configuration.parse(TEXT), TEXT, "deploy.yml"))

    assert "  name: shop                                  # deploy.yml:2" in printed.splitlines()
    assert "  workers: 2                                  # default" in printed.splitlines()


def test_one_key_or_all_below_it_can_be_chosen() -> None:
    found = origins.settings(configuration.parse(TEXT), TEXT, "deploy.yml")

    assert [one.value for one in origins.chosen(found, "app.workers")] == [2]
    assert yaml.safe_load(origins.as_yaml(origins.chosen(found, "parity"))) == {
        "parity": {"threshold": 95, "intended": []}
    }


@pytest.mark.parametrize(
    ("key", "meant"),
    [("app.worker", "app.workers"), ("ap", "app"), ("targets.stagin", "targets.staging")],
)
def test_unknown_key_is_refused_with_the_one_that_is_meant(key: str, meant: str) -> None:
    found = origins.settings(configuration.parse(TEXT), TEXT, "deploy.yml")

    with pytest.raises(ConfigError, match=rf"no key {key}; did you mean {meant}\?"):
        origins.chosen(found, key)
