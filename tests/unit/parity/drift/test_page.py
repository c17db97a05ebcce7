"""A comparison as a page: it loads nothing, and every value is only text."""

from dataclasses import replace

import pytest

from tests.unit.capture_samples import captured
from tests.unit.drift_samples import NASTY, compared
from tests.unit.fakes import TEMPLATES
from tests.unit.report.test_page import Parsed
from understudy.parity.drift import page
from understudy.parity.drift.comparison import Comparison, Side, compare


def html(*comparisons: Comparison, threshold: float = 95) -> str:
    return page.render(TEMPLATES, comparisons, threshold)


def test_page_loads_nothing_and_text_stays_text() -> None:
    text = html(compared())

    assert NASTY not in text
    tags = {tag for tag, _ in Parsed(text).tags}
    assert not tags & {"script", "img", "iframe"}
    assert all(link.startswith("data:") for link in Parsed(text).values("href") if link)
    assert "default-src 'none'" in text


def test_page_has_what_the_text_has() -> None:
    text = html(compared())

    for part in ("time.zone", "Europe/Berlin", "Intended", "the VM is small", "Breaks apps"):
        assert part in text


@pytest.mark.parametrize(("threshold", "verdict"), [(10, "passed"), (95, "failed")])
def test_page_has_the_color_of_its_verdict(threshold: float, verdict: str) -> None:
    assert f'<body class="{verdict}">' in html(compared(), threshold=threshold)


def test_page_shows_equal_hosts_and_two_comparisons() -> None:
    equal = compare(Side("a", captured()), Side("b", captured()))

    text = html(equal, replace(compared(), model="code"))

    assert "No difference in" in text
    assert "vagrant, compared with code" in text
