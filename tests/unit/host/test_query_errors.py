"""A host that gives no whole answer: every query has the same hint about what may be in the way."""

from collections.abc import Callable

import pytest

from tests.unit.fakes import FakeConnection, config, failed
from understudy.errors import StepFailed
from understudy.host import facts, fingerprint, session
from understudy.parity.capture import answer
from understudy.receipts import inputs

HOST = FakeConnection({"": failed(errors="This account is currently not available.")})


@pytest.mark.parametrize(
    "ask", [lambda: session.gather(HOST, config()), lambda: inputs.fingerprint_of(HOST)]
)
def test_query_that_fails_says_how_to_try_the_login(ask: Callable[[], object]) -> None:
    with pytest.raises(StepFailed, match="can't be read") as raised:
        ask()

    assert raised.value.details == "This account is currently not available."
    assert "python deploy.py ssh -- echo end" in raised.value.hint


@pytest.mark.parametrize(
    "parse", [facts.parse, fingerprint.parse, lambda output: answer.cut(output, "shop", "", 0)]
)
def test_answer_without_its_end_says_what_may_cut_it_off(parse: Callable[[str], object]) -> None:
    with pytest.raises(StepFailed, match="cut off") as raised:
        parse("Welcome!\n")

    assert raised.value.details == "Welcome!\n"
    assert "forced command" in raised.value.hint
