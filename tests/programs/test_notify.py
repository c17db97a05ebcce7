"""The program of a release that notifies people of what happens on its host, with real apprise and openssl."""

import importlib.util
import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.programs import mail_catcher
from tests.programs.mail_catcher import Catcher
from tests.unit.fakes import TOP
from tests.unit.web_server import WebServer, certificate, reply
from tests.unit.webhook import Webhook
from understudy.notify import send
from understudy.notify.message import Message

pytestmark = pytest.mark.filterwarnings("ignore:.imghdr.:DeprecationWarning")
EVENTS = ["timer", "certificate", "disk"]
HOUR = 3600


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """As in a release, on a host whose records are in a folder of the test."""
    text = (TOP / "templates" / "understudy_notify.py").read_text()
    (tmp_path / "understudy_notify.py").write_text(text)
    spec = importlib.util.spec_from_file_location("notify", tmp_path / "understudy_notify.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "RECORDS", tmp_path / "records")
    monkeypatch.setattr(module, "disk", lambda path: [])
    (tmp_path / "records" / "shop").mkdir(parents=True)
    configure(module)
    return module


def configure(program: ModuleType, **changes: Any) -> Mapping[str, Any]:
    settings = {
        "site": "shop",
        "domain": "shop.test",
        "https": False,
        "days": 14,
        "catcher": 0,
        "to": ["HOOK_URL"],
        "events": EVENTS,
        "sends": True,
        **changes,
    }
    Path(str(program.__file__)).with_name("notify.json").write_text(json.dumps(settings))
    return settings


def record(program: ModuleType, name: str, result: str, ended: int, since: int) -> None:
    (program.RECORDS / "shop" / name).write_text(f"{result} 3 {ended} {since}\n")


def test_first_failure_of_a_timer_is_sent_once(
    program: ModuleType, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_URL", webhook.url)
    record(program, "prune", "exit-code", 1000, 1000)
    assert program.main(["timer", "prune"]) == 0
    record(program, "prune", "exit-code", 2000, 1000)
    assert program.main(["timer", "prune"]) == 0

    [posted] = webhook.posted
    assert posted["title"] == "shop: timer prune FAILED: exit-code 3"
    assert f"host {socket.gethostname()} of shop.test" in posted["message"]


def test_failure_that_lasts_is_sent_daily(
    program: ModuleType, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_URL", webhook.url)
    now = int(time.time())
    record(program, "prune", "exit-code", now, now - 30 * HOUR)
    record(program, "fresh", "exit-code", now, now - HOUR)
    record(program, "good", "success", now, 0)

    assert program.main(["check"]) == 0

    [posted] = webhook.posted
    assert posted["title"].startswith("shop: timer prune FAILS since ")
    assert "fresh" not in posted["message"]


def test_nothing_wrong_sends_nothing(
    program: ModuleType, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_URL", webhook.url)

    assert program.main(["check"]) == 0
    assert not webhook.posted


@pytest.mark.parametrize(
    "url", [None, "nothing-of-apprise", "json://127.0.0.1:1/token-of-the-hook"]
)
def test_message_that_can_not_be_sent_fails_without_its_url(
    url: str | None,
    program: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    if url:
        monkeypatch.setenv("HOOK_URL", url)
    record(program, "prune", "exit-code", 1000, 1000)

    assert program.main(["timer", "prune"]) == 1

    printed = capfd.readouterr()
    assert "no message to HOOK_URL: " in printed.err
    assert "token-of" not in printed.out + printed.err


def test_host_whose_data_tests_may_destroy_mails_to_its_catcher(
    program: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "mail").mkdir()
    with mail_catcher.running(tmp_path / "mail") as catcher:
        configure(program, sends=False, catcher=catcher.ports[0])

        assert program.main(["check"]) == 0

        [mail] = catcher.mails()
    assert mail["To"] == "hook-url@notify.invalid"
    assert "messages of this host go to its own mail catcher" in mail["Subject"]


def test_mail_to_people_has_the_lines_as_they_are(program: ModuleType, tmp_path: Path) -> None:
    """Those of a commit's author, too, who may write `<b>`."""
    with _mailbox(tmp_path) as (catcher, url):
        assert program.send({"OPS_MAIL": url}, "shop: disk", "one <b>line</b>\nanother")
        message = Message("verdict", "shop: READY", "one <b>line</b>\nanother", good=True)
        assert list(send.send(message, ["OPS_MAIL"], {"OPS_MAIL": url})) == []
        mails = catcher.mails()

    assert len(mails) == 2
    for mail in mails:
        text = mail.get_body(("plain",))
        assert text
        assert text.get_content().splitlines() == ["one <b>line</b>", "another"]
        html = mail.get_body(("html",))
        assert html is None or "<b>" not in html.get_content()


@contextmanager
def _mailbox(folder: Path) -> Iterator[tuple[Catcher, str]]:
    """A catcher of mails, and apprise's URL for it as people write theirs."""
    (folder / "mail").mkdir()
    with mail_catcher.running(folder / "mail") as catcher:
        where = f"mailto://127.0.0.1:{catcher.ports[0]}"
        yield catcher, f"{where}?from=shop@example.test&to=ann@example.test"


@pytest.mark.needs("openssl")
def test_certificate_that_ends_soon_is_named(program: ModuleType, tmp_path: Path) -> None:
    """It ends in a day, less than two or more than none before its end."""
    with WebServer(lambda _: reply(), certificate(tmp_path, "shop.test")) as server:
        [soon] = program.certificate("shop.test", 2, server.port)
        assert list(program.certificate("shop.test", 0, server.port)) == []
        port = server.port
    [none] = program.certificate("shop.test", 2, port)

    assert "the certificate of shop.test ENDS SOON" in soon
    assert none == "no certificate of shop.test could be read on this host"
