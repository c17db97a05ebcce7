"""Rehearsals with `hooks` and `notify`: what people get, from here and from the guest."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.site import Site
from tests.integration.staging import PROJECT, Staging, make_app, vm_name
from tests.programs import mail_catcher
from tests.programs.mail_catcher import Catcher
from tests.unit.webhook import Webhook

pytestmark = [
    pytest.mark.timeout(900),
    # Of apprise, which is imported in a unit test's module.
    pytest.mark.filterwarnings("ignore:.imghdr.:DeprecationWarning"),
]
RECIPIENTS = ["OPS_HOOK", "OPS_MAIL", "BAD_HOOK"]


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    """It takes messages; BAD_HOOK names one that refuses them."""
    good, bad = Webhook(), Webhook(500)
    monkeypatch.setenv("OPS_HOOK", good.url)
    monkeypatch.setenv("BAD_HOOK", bad.url)
    yield good
    for one in (good, bad):
        one.server.shutdown()
        one.server.server_close()


@pytest.fixture
def catcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catcher]:
    (tmp_path / "mail").mkdir()
    with mail_catcher.running(tmp_path / "mail") as running:
        url = f"mailto://127.0.0.1:{running.ports[0]}?from=ops@example.test&to=ann@example.test"
        monkeypatch.setenv("OPS_MAIL", url)
        yield running


@pytest.fixture
def notifying(site: Site) -> Iterator[Site]:
    """Without events of hosts, which would need another VM."""
    before = site.staging.config.read_text()
    settings = yaml.safe_load(before)
    settings["notify"] = {"to": RECIPIENTS, "events": ["verdict"]}
    site.staging.config.write_text(yaml.safe_dump(settings))
    yield site
    site.staging.config.write_text(before)


def set_hooks(site: Site, **hooks: Any) -> None:
    settings = yaml.safe_load(site.staging.config.read_text())
    site.staging.config.write_text(yaml.safe_dump(settings | {"hooks": hooks}))


def test_verdict_reaches_all_recipients_but_the_failing_one(
    notifying: Site, webhook: Webhook, catcher: Catcher
) -> None:
    there = {"command": ["sh", "-c", "echo in $RELEASE"], "where": "host", "name": "warm up"}
    notes = notifying.staging.config.parent / "notes"
    verdict = ["sh", "-c", f"echo it is $UNDERSTUDY_VERDICT >{notes}"]
    set_hooks(notifying, after_deploy=[there, "false"], after_verdict=[verdict])
    notifying.retitle("notified")

    answer = notifying.staging.deploy_py("rehearse", "--only", "deploy")

    assert answer.code == 0, answer.text
    for shown in (
        "! vagrant: hook after_deploy: false: ended with 1",
        "✓ run the hooks after the verdict",
        "! notify: no message to BAD_HOOK: its service refused it",
        "notified of the verdict: 2 of 3",
    ):
        assert shown in answer.text
    assert notes.read_text() == "it is PASSED IN PART\n"
    log = PROJECT / ".understudy" / "rehearse.log"
    assert "✓ hook after_deploy on the host: warm up" in log.read_text()
    assert "token-of-the-hook" not in answer.text
    [mail], [posted] = catcher.mails(), webhook.posted
    assert mail["Subject"] == posted["title"] == "todo: PASSED IN PART"
    assert "skipped: reset, baseline, " in posted["message"]


def test_fatal_hook_before_the_deploy_is_the_reason_of_the_verdict(
    notifying: Site, webhook: Webhook, catcher: Catcher
) -> None:
    live = notifying.current()
    set_hooks(notifying, before_deploy=[["sh", "-c", "echo a freeze; exit 3"]])
    notifying.retitle("frozen")

    answer = notifying.staging.deploy_py("rehearse", "--only", "deploy")

    assert answer.code == 1
    assert notifying.current() == live
    [posted] = webhook.posted
    assert posted["title"] == "todo: NOT READY: deploy failed"
    assert "ended with 3; nothing was changed" in posted["message"]


@pytest.fixture
def own_vm(tmp_path: Path) -> Iterator[Staging]:
    """One that notifies by itself, with a timer that fails."""

    def change(settings: dict[str, Any]) -> None:
        settings["vm"]["name"] = vm_name("notify")
        settings["targets"]["vagrant"]["known_hosts"] = str(tmp_path / "known_hosts")
        settings["notify"] = {"to": RECIPIENTS}
        settings["timers"] = {"bad": {"command": ["sh", "-c", "exit 3"], "calendar": "daily"}}

    staging = make_app(PROJECT / "example", tmp_path, change)
    yield staging
    staging.deploy_py("destroy", "--yes")


@pytest.mark.long
def test_guest_mails_that_its_timer_failed(
    own_vm: Staging, webhook: Webhook, catcher: Catcher
) -> None:
    """To its own catcher, as it is disposable; people get the verdict."""
    answer = own_vm.deploy_py("rehearse", "--only", "deploy", "--only", "timers")

    assert answer.code == 1, answer.text
    assert "timer bad failed" in answer.text
    mails = own_vm.deploy_py("mail").text
    assert "ops-mail@notify.invalid  todo: timer bad FAILED: exit-code 3" in mails
    assert [one["title"] for one in webhook.posted] == ["todo: NOT READY: timers failed"]
