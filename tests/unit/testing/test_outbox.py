"""`outbox`: waits for a mail, returns each once, sees none from before the test, and says what came instead."""

from collections.abc import Iterator

import pytest

from tests.unit.fakes import config
from understudy.errors import Refused
from understudy.host import mails
from understudy.host.mails import Mail
from understudy.testing import outbox
from understudy.testing.outbox import Outbox, Reader


class FakeReader(Reader):
    """A host to which a mail comes with each question, as long as there are any."""

    def __init__(self, *coming: tuple[str, str], before: int = 0) -> None:
        made = [
            mails.read(f"{number}", f"Delivered-To: {to}\nSubject: {subject}\n\n".encode())
            for number, (to, subject) in enumerate(coming)
        ]
        object.__setattr__(self, "kept", made[:before])
        object.__setattr__(self, "coming", iter(made[before:]))

    kept: list[Mail]
    coming: Iterator[Mail]

    def newest(self) -> str:
        return self.kept[-1].name if self.kept else ""

    def since(self, name: str) -> tuple[Mail, ...]:
        self.kept.extend([mail for _, mail in zip(range(1), self.coming, strict=False)])
        return tuple(mail for mail in self.kept if mail.name > name)


def outbox_of(*readers: Reader) -> Outbox:
    now = iter(range(1000))
    return Outbox(readers, clock=lambda: float(next(now)), sleep=lambda seconds: None)


ANN, BOB = "ann@example.com", "bob@example.com"


def test_waits_for_the_mail_to_that_address_with_that_subject() -> None:
    box = outbox_of(FakeReader((BOB, "Your login"), (ANN, "News"), (ANN, "Your login")))

    mail = box.wait_for(to="Ann@example.com", subject="login")

    assert (mail.to, mail.subject) == ((ANN,), "Your login")


def test_mails_of_all_hosts_are_seen_whatever_their_clocks() -> None:
    late, early = FakeReader((BOB, "0"), (BOB, "1"), (BOB, "2")), FakeReader((ANN, "of the worker"))
    box = outbox_of(late, early)

    assert box.wait_for(to=BOB, subject="2").subject == "2"
    assert box.wait_for(to=ANN).subject == "of the worker"


def test_each_mail_is_returned_once() -> None:
    box = outbox_of(FakeReader((ANN, "1"), (ANN, "2")))

    assert [box.wait_for(to=ANN).subject, box.wait_for(to=ANN).subject] == ["1", "2"]
    with pytest.raises(AssertionError, match=f"no mail to {ANN} within 5 s"):
        box.wait_for(to=ANN, timeout=5)


def test_mails_from_before_the_test_are_not_seen() -> None:
    box = outbox_of(FakeReader((ANN, "old"), (ANN, "new"), before=1))

    assert box.wait_for().subject == "new"


def test_cleared_mails_are_forgotten() -> None:
    box = outbox_of(FakeReader((ANN, "1"), (BOB, "2")))
    box.wait_for(to=ANN)
    box.clear()

    assert [mail.subject for mail in box.mails()] == ["2"]
    box.clear()
    assert box.mails() == []


def test_failure_names_the_mails_that_came() -> None:
    box = outbox_of(FakeReader((BOB, "Your login")))

    with pytest.raises(AssertionError) as raised:
        box.wait_for(to=ANN, subject="login", timeout=7)

    assert str(raised.value) == (
        f"no mail to {ANN} with 'login' in its subject within 7 s; these came:\n"
        f"  to {BOB}: 'Your login'"
    )


def test_target_that_sends_its_mails_is_refused_with_what_to_do() -> None:
    made = config(target={"mail": "off"})

    with (
        pytest.raises(Refused, match="staging sends it") as raised,
        outbox.connected(made, made.hosts("staging"), "staging"),
    ):
        pass

    assert "`mail: capture` under targets.staging" in raised.value.hint
