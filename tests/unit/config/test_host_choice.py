"""Which hosts with roles a verb works on, and what an error says of the others."""

import pytest

from tests.unit.config.test_topology import BALANCED, config
from understudy.cli import main
from understudy.cli.arguments.command_line import make_parser
from understudy.cli.arguments.parser import Parser
from understudy.config import host_choice, topology
from understudy.errors import ConfigError

TARGET = config().targets["production"]
WITH_PROXY = config(BALANCED).targets["production"]


def parsers(parser: Parser) -> list[Parser]:
    actions = parser.actions()
    return list(actions.values()) or [parser]


def test_each_verb_with_a_host_says_which_hosts_it_works_on() -> None:
    verbs = {
        verb
        for verb, parser in make_parser(main.VERBS).actions().items()
        if any(one.takes("--host") for one in parsers(parser))
    }

    assert verbs == {*host_choice.VERBS, "open"}


@pytest.mark.parametrize(
    ("verb", "address", "why"),
    [
        ("run", "d.example", "d.example (database) has no release of the app"),
        ("backup", "d.example", "d.example (database) has no release of the app"),
        ("deploy", "d.example", "d.example (database) gets nothing by a deploy"),
        ("maintenance", "c.example", "c.example (worker) has no visitors"),
        ("drain", "c.example", "c.example (worker) is no web host"),
        ("open", "c.example", "c.example (worker) is no web host"),
    ],
)
def test_host_that_does_not_fit_is_named_with_its_role(verb: str, address: str, why: str) -> None:
    choice = host_choice.of(verb, [host.roles for host in TARGET.host_list])

    with pytest.raises(ConfigError) as raised:
        host_choice.refuse_unfit("production", TARGET, address, choice)

    assert f"production: {why}" in raised.value.summary
    assert raised.value.hint.startswith("Choose one with --host: a.example (web), b.example")
    assert address not in raised.value.hint


@pytest.mark.parametrize(
    ("verb", "address"),
    [
        *(("ssh", "d.example"), ("status", "d.example"), ("run", "c.example")),
        # By the process that is named: host/runs_on.py.
        *(("restart", "d.example"), ("drain", "a.example")),
    ],
)
def test_host_that_fits_is_not_refused(verb: str, address: str) -> None:
    choice = host_choice.of(verb, [])

    host_choice.refuse_unfit("production", TARGET, address, choice)
    assert host_choice.one("production", TARGET, address, choice) == address


def test_several_hosts_that_fit_are_listed_with_their_roles() -> None:
    with pytest.raises(ConfigError) as raised:
        host_choice.one("production", TARGET, None, host_choice.WEB)

    assert raised.value.summary == "production has 2 hosts for this command, and it works on one"
    assert raised.value.hint == "Choose one with --host: a.example (web), b.example (web, worker)."
    with pytest.raises(ConfigError, match="has 4 hosts, and this command") as raised:
        host_choice.one("production", TARGET, None, host_choice.ANY)
    assert "d.example (database)" in raised.value.hint


def test_only_host_that_fits_needs_no_choice() -> None:
    choice = host_choice.of("open", [host.roles for host in WITH_PROXY.host_list])

    assert host_choice.one("production", WITH_PROXY, None, choice) == "p.example"


@pytest.mark.parametrize("verb", ["run", "console", "backup"])
def test_any_host_with_the_app_will_do_and_the_first_worker_is_taken(verb: str) -> None:
    """In deploy.yml it comes after a web host. Deploys make their backups there."""
    choice = host_choice.of(verb, [host.roles for host in TARGET.host_list])

    taken = host_choice.one("production", TARGET, None, choice)

    assert taken == "b.example"
    assert topology.backups_on(TARGET.host_list, taken) == ""
    assert host_choice.one("production", TARGET, "a.example", choice) == "a.example"


@pytest.mark.parametrize("verb", ["ssh", "restore", "drain"])
def test_where_it_matters_the_host_is_asked_for(verb: str) -> None:
    with pytest.raises(ConfigError, match=r"and (it|this command) works on one"):
        host_choice.one("production", TARGET, None, host_choice.of(verb, []))


def test_what_works_on_the_app_lists_the_hosts_with_the_app() -> None:
    with pytest.raises(ConfigError, match="production has 3 hosts") as raised:
        config().one_host("production")

    assert "c.example (worker)" in raised.value.hint
    assert "d.example" not in raised.value.hint


def test_unknown_host_gets_a_list_of_all_with_their_roles() -> None:
    with pytest.raises(ConfigError, match=r"has no host x\.example") as raised:
        config().hosts("production", "x.example")

    assert "a.example (web), b.example (web, worker)" in raised.value.hint
    assert "d.example (database)" in raised.value.hint
