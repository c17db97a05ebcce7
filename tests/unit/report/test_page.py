"""The page shows the record, and everything from a record is only text on it."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.unit.fakes import TEMPLATES
from tests.unit.records import EMPTY, FAILED, PASSED, nasty, odd
from understudy.report.page import Picture, render
from understudy.report.record import Failure, Record

PICTURES = [
    Picture("test_logo-1.5-", b"png", 0.019, b"marked"),
    Picture("test_same", b"png", 0.0),
    Picture("test_new", b"png"),
]


class Parsed(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, name: str) -> list[str | None]:
        return [attributes[name] for _, attributes in self.tags if name in attributes]


def page(record: Record, pictures: list[Picture] | None = None) -> str:
    return render(TEMPLATES, record, PICTURES if pictures is None else pictures)


@pytest.mark.parametrize("record", [EMPTY, PASSED, FAILED, odd(), nasty()])
def test_every_link_of_the_page_leads_to_a_part_of_it(record: Record) -> None:
    parsed = Parsed(page(record))

    ids = parsed.values("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in parsed.values("href") if link and link[0] == "#"} <= set(ids)
    named = parsed.values("aria-labelledby")
    assert set(named) <= set(ids)


def test_a_run_with_skipped_phases_is_not_said_to_have_passed_as_a_whole() -> None:
    record = replace(PASSED, warnings=())
    text = page(record)
    assert "All phases that ran passed in 1 min 57 s." in text
    assert "Skipped: data." in text
    assert "Everything passed" not in text
    whole = tuple(phase for phase in record.phases if phase.name != "data")
    assert "Everything passed" in page(replace(record, phases=whole))


@pytest.mark.parametrize("record", [EMPTY, PASSED, FAILED, odd(), nasty()])
def test_heading_levels_are_in_order(record: Record) -> None:
    levels = [int(tag[1]) for tag, _ in Parsed(page(record)).tags if re.fullmatch("h[1-6]", tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("record", [PASSED, odd(), nasty()])
def test_the_page_loads_nothing_and_text_stays_text(record: Record) -> None:
    parsed = Parsed(page(record))

    assert [tag for tag, _ in parsed.tags].count("script") == 1
    for address in parsed.values("src") + parsed.values("href"):
        assert address
        assert address.startswith(("data:", "#"))
    assert not [name for _, given in parsed.tags for name in given if name.startswith("on")]


def test_only_the_script_of_the_page_may_run() -> None:
    assert re.search(r"script-src 'sha256-[\w+/]{43}='; base", page(PASSED))
    assert "default-src 'none'" in page(PASSED)


def test_a_failed_run_shows_cause_and_hint_and_opens_the_failed_step() -> None:
    text = page(FAILED)

    assert FAILED.error
    verdict, cause = text.index("Failed</h1>"), text.index("the app imports markdown")
    assert verdict < cause < text.index(">Timeline<")
    assert "Add markdown to requirements.in" in text
    [opened] = re.findall(r'<details class="step failed" open>.*?</details>', text, re.DOTALL)[:1]
    assert "start release 3f2a91c0" in opened
    assert "ModuleNotFoundError" in opened
    assert "nginx access" in opened


def test_other_causes_are_listed_below_the_first() -> None:
    causes = [
        {"sentence": "The first", "hint": "", "confirmed": True},
        {"sentence": "The other", "hint": "Look.", "confirmed": False},
    ]
    record = replace(FAILED, attachments={"causes": {"causes": causes, "known": ""}})

    assert "Possible</dt><dd>The other. Look." in page(record)
    assert "The first" not in page(record)


def test_logs_without_a_failed_step_are_shown_with_the_error() -> None:
    text = page(replace(FAILED, phases=()))

    assert "The host&#39;s logs" in text or "The host's logs" in text
    assert "No step was started." in text


def test_a_failed_test_shows_its_screenshot_source_and_console() -> None:
    text = page(FAILED).partition(">Tests<")[2].partition(">Pages<")[0]

    for part in ("AssertionError", "<img", "1.9 % changed", "SEVERE 502", "&lt;h1&gt;502"):
        assert part in text


def test_tests_that_did_not_fail_are_counted_by_outcome() -> None:
    assert "1 passed, 1 skipped<" in page(PASSED)


def test_each_screenshot_says_how_it_compares() -> None:
    text = page(PASSED)

    assert "1.9 % changed" in text
    assert "same as in the last passed rehearsal" in text
    assert "no earlier screenshot to compare with" in text
    assert all(alt for alt in Parsed(text).values("alt"))


def test_a_skipped_phase_says_why() -> None:
    assert "Skipped: no data was pulled" in page(PASSED)


def test_lost_requests_are_marked_in_the_graph_and_listed() -> None:
    text = page(FAILED)

    assert text.count('<path class="lost"') == 2
    assert "post, timeout, 10 s" in text
    assert "92 requests, 2 lost" in text
    assert "No switch was observed" in text


def test_a_long_command_is_folded_below_its_first_line() -> None:
    text = page(PASSED)

    assert "<summary><code>sh -euc &#39;tar -xz …</code></summary>" not in text
    assert "<summary><code>sh -euc &#39;tar -xz</code></summary>" in text
    assert "<p><code>mkdir -p /srv/todo/releases/3f2a</code></p>" in text


def test_an_unknown_attachment_is_shown_as_json() -> None:
    text = page(replace(EMPTY, attachments={"weather": {"sky": "blue"}}))

    assert "Weather" in text
    assert "&#34;sky&#34;: &#34;blue&#34;" in text


def test_a_failed_step_in_a_passed_phase_is_a_warning() -> None:
    looked = replace(PASSED.phases[0].steps[0], ok=False)
    text = page(replace(PASSED, phases=(replace(PASSED.phases[0], steps=(looked,)),)))

    assert "warned</span>" in text
    assert "0 passed, 1 warned" in text


def test_a_failed_phase_shows_its_own_error_too() -> None:
    phase = replace(FAILED.phases[1], error=Failure("it broke", "why", "a log of it", "fix it"))
    steps = page(replace(FAILED, phases=(phase,))).partition(">Steps<")[2]

    for part in ("it broke", "why", "a log of it", "fix it"):
        assert part in steps


def test_page_says_what_the_staging_vm_is() -> None:
    text = "a container (lxc), which shares this machine's kernel: no KVM runs a guest here"
    record = replace(EMPTY, attachments={"provider": {"name": "lxc", "text": text}})
    assert "<dt>Staging VM</dt><dd>a container (lxc), which shares" in page(record)
    assert "Staging VM" not in page(EMPTY)


def test_page_says_how_soon_a_websocket_was_back() -> None:
    [probe] = PASSED.attachments["probes"]
    opened = {**probe, "samples": [[1, 0.5, "websocket", "ok"], [60, 0.02, "websocket", "ok"]]}

    text = page(replace(PASSED, attachments={**PASSED.attachments, "probes": [opened]}))

    assert text.count("The WebSocket was open again on it within 20 ms.") == 1
    assert "The WebSocket" not in page(PASSED)
