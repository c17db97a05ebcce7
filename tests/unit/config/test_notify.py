import pytest

from tests.unit.config.deploy_yml import TEXT, mistakes
from understudy.config import model as configuration
from understudy.config.model import Config
from understudy.config.notify import EVENTS


def parsed(text: str, target: str = "") -> Config:
    return configuration.parse(f"{TEXT}{target}notify: {{{text}}}\n")


def mistake_in(text: str) -> str:
    return "\n".join(mistakes(f"{TEXT}notify: {{{text}}}\n"))


def test_all_is_of_interest_by_default() -> None:
    notify = parsed("to: [SLACK_URL]").notify

    assert (notify.to, notify.events, notify.link) == (("SLACK_URL",), EVENTS, "")


def test_target_whose_data_may_be_destroyed_notifies_only_if_it_is_named() -> None:
    assert parsed("to: [A]").notified_targets == {"staging"}
    assert parsed("to: [A]", "    disposable: true\n").notified_targets == set()
    given = parsed("to: [A], targets: [staging]", "    disposable: true\n")
    assert given.notified_targets == {"staging"}


def test_unknown_target_is_a_mistake() -> None:
    said = mistake_in("to: [A], targets: [prodction]")

    assert "notify.targets: must be targets of this file: staging" in said


def test_url_is_refused_with_what_to_do() -> None:
    said = mistake_in('to: ["slack://T0/abc"]')

    assert "notify.to.0: must be the name of a variable that holds the URL" in said


def test_link_is_a_url() -> None:
    assert "notify.link: must be a URL" in mistake_in("link: ci/runs")


@pytest.mark.parametrize(
    ("events", "wanted"), [("[verdict, deploy]", False), ("[timer]", True), ("[certificate]", True)]
)
def test_hosts_notify_of_what_happens_there(events: str, wanted: bool) -> None:
    assert parsed(f"to: [A], events: {events}").notify.on_hosts() is wanted
    assert not parsed(f"events: {events}").notify.on_hosts()


def test_timer_of_the_users_own_has_another_name() -> None:
    text = f"{TEXT}timers: {{notify: {{command: x, calendar: daily}}}}\nnotify: {{to: [A]}}\n"

    assert "timers.notify: `notify` has a timer of this name" in "\n".join(mistakes(text))
