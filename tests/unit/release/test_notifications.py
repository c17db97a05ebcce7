"""What a release has for the messages that its host sends by its clock."""

import json
from typing import Any

import pytest

from tests.unit.fakes import TEMPLATES, config
from understudy.config import mail
from understudy.config.model import Config
from understudy.release.render import host_files, release_files

BROKEN = {"broken": {"command": "false", "calendar": "daily"}}


def site(target: dict[str, Any] | None = None, timers: Any = None, **notify: Any) -> Config:
    return config(target=target, timers=timers or {}, notify={"to": ["SLACK_URL"], **notify})


def texts(config: Config) -> dict[str, str]:
    target = config.target("staging")
    files = (
        *release_files(config, target, "r1", TEMPLATES),
        *host_files(config, target, TEMPLATES),
    )
    return {file.path.name: file.content for file in files}


def test_failed_timer_notifies_and_runs_its_own_command_too() -> None:
    timers = {**BROKEN, "other": {**BROKEN["broken"], "on_failure": "report it"}}

    written = texts(site(timers=timers))

    assert "OnFailure=shop-broken_failed.service" in written["shop-broken.service"]
    assert "shop-broken_failed.service" in written
    process = written["process"]
    assert "understudy_notify.py timer broken ||" in process
    assert "set -- report it other\n" in process


def test_site_gets_a_timer_of_its_own_that_checks_daily() -> None:
    written = texts(site())

    assert written["timers"] == "notify\n"
    assert "../understudy_notify.py check" in written["process"]


@pytest.mark.parametrize("notify", [{"events": ["deploy"]}, {"to": []}])
def test_host_that_sends_nothing_has_nothing_for_it(notify: dict[str, Any]) -> None:
    quiet = site(timers=BROKEN, **notify)

    written = texts(quiet)

    assert not {"understudy_notify.py", "notify.json", "shop-broken_failed.service"} & {*written}
    assert written["timers"] == "broken\n"
    assert "OnFailure" not in written["shop-broken.service"]
    assert "apprise" not in quiet.packages


@pytest.mark.parametrize(
    ("target", "sends", "catches"),
    [({}, True, False), ({"disposable": True}, False, True)],
)
def test_host_whose_data_tests_may_destroy_mails_to_its_own_catcher(
    target: dict[str, Any], sends: bool, catches: bool
) -> None:
    settings = json.loads(texts(site(target))["notify.json"])

    assert settings["sends"] is sends
    assert settings["catcher"] == (mail.port_of("shop") if catches else 0)


def test_host_has_the_package_that_sends() -> None:
    assert "apprise" in site().packages


def test_target_with_the_names_of_another_is_not_taken_for_it() -> None:
    """The staging VM may have production's names."""
    given = site({"disposable": True})
    target = given.target("staging")
    lasting = target.model_copy(update={"disposable": False})
    both = given.model_copy(update={"targets": {"staging": target, "live": lasting}})

    assert both.notifies(lasting.model_copy(update={"address": "192.0.2.9"}))
    assert not both.notifies(target)
