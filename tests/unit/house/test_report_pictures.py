"""A copy of a report leads nowhere that is not there."""

from tests.house.report_pictures import alone
from tests.unit.fakes import TEMPLATES
from tests.unit.records import PASSED
from understudy.report.page import render


def test_copy_of_a_report_has_no_link_to_the_history() -> None:
    page = render(TEMPLATES, PASSED, [], history="../index.html")

    assert 'href="../' in page
    assert alone(page) == render(TEMPLATES, PASSED, [])
