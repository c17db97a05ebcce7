"""What is wrong with a renewal of a certificate."""

from dataclasses import replace
from datetime import UTC, datetime

from understudy.deploy.renewal import Renewal
from understudy.traffic.certificate import Certificate
from understudy.traffic.samples import Kind, Outcome, Sample, Summary

OLD = Certificate(0xA1, ("shop.test",), datetime(2027, 1, 1, tzinfo=UTC), is_self_signed=False)
NEW = replace(OLD, serial=0xB2)
OK = Sample(0.1, Kind.PAGE, Outcome.OK, 0.01)
LOST = Sample(0.2, Kind.KEPT, Outcome.RESET, 0.01)
GOOD = Renewal(OLD, NEW, ("17", "17"), Summary.of([OK]))


def test_renewal_by_a_reload_under_which_no_request_is_lost_is_good() -> None:
    assert [*GOOD.problems()] == []
    assert GOOD.text() == "certificate A1 -> B2, 1 request, 0 lost"


def test_first_certificate_is_good_too() -> None:
    first = replace(GOOD, before=None)

    assert [*first.problems()] == []
    assert first.text().startswith("certificate none -> B2")


def test_each_problem_is_named() -> None:
    bad = Renewal(OLD, OLD, ("17", "18"), Summary.of([OK, LOST]))

    assert [*bad.problems()] == [
        "the site still shows the certificate A1",
        "nginx was restarted for it, where a reload is enough",
        "1 of 2 requests were lost",
    ]
    assert [*replace(GOOD, after=None).problems()] == [
        "the site shows no certificate after its renewal"
    ]
