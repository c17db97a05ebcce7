"""Hosts with roles: which go together, what each is provisioned with, and what it runs."""

import pytest

from tests.unit.config.deploy_yml import mistakes
from understudy.config import model as configuration
from understudy.config import roles, topology
from understudy.config.model import Config

TEXT = """\
app:
  name: shop
  source: .
  module: shop.wsgi:application
  database: postgresql
  media_url: null
processes:
  beat: {command: [beat], single: true}
  mail: {command: [mail], count: 2}
timers:
  clean: {command: [clean], calendar: daily}
targets:
  production:
    domain: shop.test
    admin: debian
    hosts:
      - {address: a.example, private: 10.0.0.1, roles: [web]}
      - {address: b.example, private: 10.0.0.2, roles: [web, worker]}
      - {address: c.example, private: "fd00::3", roles: [worker]}
      - {address: d.example, private: 10.0.0.4, roles: [database]}
"""


def config(text: str = TEXT) -> Config:
    return configuration.parse(text)


def words(address: str, text: str = TEXT) -> tuple[str, ...]:
    return topology.words(config(text).targets["production"].host_list, address)


def test_site_is_on_the_hosts_with_web_or_worker_a_worker_first() -> None:
    found = [host.address for host in config().hosts("production")]

    assert found == ["b.example", "c.example", "a.example"]
    assert [host.address for host in config().hosts("production", "d.example")] == ["d.example"]


def test_host_is_provisioned_by_its_roles() -> None:
    assert words("a.example") == ("database=10.0.0.4",)
    assert words("d.example") == (
        "database-at=10.0.0.4",
        "database-for=10.0.0.1,10.0.0.2,fd00::3",
        "web=off",
    )
    assert all(map(topology.is_word, (*words("a.example"), *words("d.example"))))
    assert not topology.is_word("redis=for:queue")


def test_host_of_workers_alone_has_the_site_and_no_visitors() -> None:
    """Nor a certificate: the one site for visitors may have its own by http-01."""
    at = TEXT.index("      - {address: a")
    end = TEXT.index("      - {address: b")
    text = (TEXT[:at] + TEXT[end:]).replace("shop.test", "shop.test\n    https: auto")
    web, worker = config(text).hosts("production")

    assert (web.is_web, worker.is_web) == (True, False)
    assert words("b.example", text) == ("database=10.0.0.4",)
    assert words("c.example", text) == ("database=10.0.0.4", "web=off")
    assert (worker.closed.https, worker.closed.address) == ("off", "c.example")


def test_database_of_a_web_host_is_used_by_the_others() -> None:
    text = TEXT.replace("roles: [web]", "roles: [web, database]").replace(
        "roles: [database]", "roles: [web]"
    )

    assert words("a.example", text) == (
        "database-at=10.0.0.1",
        "database-for=10.0.0.2,fd00::3,10.0.0.4",
    )
    assert words("d.example", text) == ("database=10.0.0.1",)


def test_one_host_alone_opens_no_port() -> None:
    at = TEXT.index("      - {address: a")
    text = TEXT[:at] + "      - {address: a.example, roles: [web, worker, database]}\n"

    assert words("a.example", text) == ()
    assert roles.packages(config(text), config(text).hosts("production")[0]) == ("postgresql",)


def test_processes_are_on_workers_and_what_is_one_on_the_first_of_them() -> None:
    whole = config()
    found = [roles.of_host(whole, host) for host in whole.hosts("production")]

    assert [list(one.processes) for one in found] == [["beat", "mail"], ["mail"], []]
    assert [list(one.timers) for one in found] == [["clean"], [], []]


def test_host_without_the_database_has_its_client() -> None:
    whole = config()

    assert [roles.packages(whole, host) for host in whole.hosts("production")] == [
        ("postgresql-client",)
    ] * 3
    assert roles.packages(whole, whole.hosts("production", "d.example")[0]) == ("postgresql",)


def test_target_without_hosts_is_as_it_was() -> None:
    at = TEXT.index("    hosts:")
    whole = config(f"{TEXT[:at]}    address: 192.0.2.7\n")
    [host] = whole.hosts("production")

    assert roles.of_host(whole, host) is whole
    assert topology.words(host.host_list, host.address) == ()


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("[database]", "[web]", "hosts: one of them must have the role database"),
        ("[web]", "[database]", "hosts.3.roles: only one host has the role database"),
        ("10.0.0.1", "db.internal", "hosts.0.private: must be an IP address"),
        ("b.example", "a.example", "hosts.1.address: another host of the target has this address"),
        (
            "admin: debian",
            "admin: debian\n    address: a.example",
            "give either `address` or `hosts`",
        ),
        ("worker", "web", "hosts: one of them must have the role worker"),
        (
            "media_url: null",
            "media_url: /media/",
            "set app.media_url to null for an app without uploads",
        ),
        ("database: postgresql", "database: mariadb", "the role database is for PostgreSQL"),
        ("targets:", "services: [redis]\ntargets:", "give `services.redis` a `url_from`"),
        ("  media_url: null", "  media_url: null\n  maintenance: migrations", "app.maintenance"),
        (
            "domain: shop.test",
            "domain: shop.test\n    https: auto",
            "must be off with several hosts",
        ),
        ("roles: [web]", "roles: []", "hosts.0.roles: must not be empty"),
        ("roles: [web]", "roles: [wbe]", "must be web, worker, database or proxy (got 'wbe')"),
        ("roles: [web]", "roles: [web, proxy]", "hosts.0.roles: proxy must not go with web"),
        ("roles: [web, worker]", "roles: [proxy, worker]", "proxy must not go with web or worker"),
    ],
)
def test_what_does_not_go_together_is_refused(old: str, new: str, mistake: str) -> None:
    assert old in TEXT
    found = "\n".join(mistakes(TEXT.replace(old, new)))
    assert mistake in found


def test_sqlite_is_of_one_host() -> None:
    text = TEXT.replace("database: postgresql", "database: sqlite").replace("[database]", "[web]")

    assert "app.database is sqlite, a file of one host" in "\n".join(mistakes(text))


BALANCED = TEXT.replace(
    "    hosts:\n",
    "    hosts:\n      - {address: p.example, private: 10.0.0.5, roles: [proxy]}\n",
)


def test_proxy_passes_requests_on_to_the_hosts_with_web() -> None:
    hosts = config(BALANCED).targets["production"].host_list

    assert topology.balanced(hosts) == ("10.0.0.1", "10.0.0.2")
    assert topology.in_front(hosts, "a.example") == ("10.0.0.5",)
    assert topology.in_front(hosts, "d.example") == topology.in_front(hosts, "p.example") == ()
    assert topology.is_proxy(hosts, "p.example")
    assert not topology.is_proxy(hosts, "a.example")


def test_proxy_has_no_release() -> None:
    assert "p.example" not in [one.address for one in config(BALANCED).hosts("production")]


def test_proxy_without_a_web_host_is_refused() -> None:
    text = BALANCED.replace("[web]", "[worker]").replace("[web, worker]", "[worker]")

    assert "hosts: one of them must have the role web" in "\n".join(mistakes(text))


def test_web_host_believes_its_proxy_and_leaves_tls_to_it() -> None:
    text = BALANCED.replace(
        "    hosts:",
        "    https: auto\n    acme: {terms: true}\n    trusted_proxies: [203.0.113.0/24]\n    hosts:",
    )
    target = config(text).targets["production"]
    proxy, web = target.proxies()[0], target.hosts()[0]

    assert (proxy.believed_proxies, web.believed_proxies) == (("203.0.113.0/24",), ("10.0.0.5",))
    assert (proxy.ends_tls, web.ends_tls) == (True, False)
    assert (proxy.asks_issuer, web.asks_issuer) == (True, False)
    assert proxy.origin == web.origin == "https://shop.test"
    assert (proxy.own_origin, web.own_origin) == ("https://shop.test", "http://shop.test")
    assert proxy.certificate_of("shop") is not None
    assert web.certificate_of("shop") is None


def test_visitors_connect_to_the_proxies_or_else_to_each_web_host() -> None:
    for text, expected in ((BALANCED, {"p.example"}), (TEXT, {"a.example", "b.example"})):
        target = config(text).targets["production"]
        hosts = [target.at(host.address) for host in target.host_list]

        assert {host.address for host in hosts if host.is_entrance} == expected
        assert all({one.address for one in host.entrances()} == expected for host in hosts)


def test_proxy_is_provisioned_with_haproxy_and_nothing_of_the_app() -> None:
    whole = config(BALANCED)
    [proxy] = whole.targets["production"].proxies()

    assert words("p.example", BALANCED) == ("proxy=on",)
    assert words("a.example", BALANCED) == ("database=10.0.0.4", "web-for=10.0.0.5")
    assert all(map(topology.is_word, (*words("p.example", BALANCED), "web-for=10.0.0.5")))
    assert roles.packages(whole, proxy) == ("haproxy",)
    both = config(
        BALANCED.replace("[proxy]", "[proxy, database]").replace(
            "      - {address: d.example, private: 10.0.0.4, roles: [database]}\n", ""
        )
    )
    assert roles.packages(both, both.targets["production"].proxies()[0]) == (
        "postgresql",
        "haproxy",
    )


def test_several_proxies_need_a_certificate_that_each_can_get() -> None:
    text = BALANCED.replace("    hosts:", "    https: auto\n    acme: {terms: true}\n    hosts:")
    assert config(text).targets["production"].https == "auto"
    two = text.replace(
        "      - {address: a",
        "      - {address: q.example, private: 10.0.0.6, roles: [proxy]}\n      - {address: a",
    )

    assert "must be off with several hosts" in "\n".join(mistakes(two))


def test_only_one_of_several_web_hosts_can_be_drained() -> None:
    hosts = config(BALANCED).targets["production"].host_list

    assert topology.may_be_drained(hosts, "a.example")
    assert not topology.may_be_drained(hosts, "c.example"), "a worker alone"
    assert not topology.may_be_drained(hosts[:2], "a.example"), "the only web host"


def test_deploys_make_their_backups_on_the_host_that_migrates() -> None:
    hosts = config().targets["production"].host_list

    found = {host.address: topology.backups_on(hosts, host.address) for host in hosts}
    assert found == {host.address: "b.example" for host in hosts} | {"b.example": ""}
    assert topology.backups_on((), "a.example") == ""
