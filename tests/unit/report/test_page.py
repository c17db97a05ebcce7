"""The page says what the record says, and nothing in a record can be more than text on it."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.unit.fakes import TOP
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
    return render(TOP / "templates", record, PICTURES if pictures is None else pictures)


@pytest.mark.parametrize("record", [EMPTY, PASSED, FAILED, odd(), nasty()])
def test_page_is_whole_and_its_links_lead_somewhere(record: Record) -> None:
    parsed = Parsed(page(record))

    ids = parsed.values("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in parsed.values("href") if link and link[0] == "#"} <= set(ids)
    named = parsed.values("aria-labelledby")
    assert set(named) <= set(ids)


def test_run_with_skipped_phases_is_not_said_to_have_gone_well_as_a_whole() -> None:
    record = replace(PASSED, warnings=())
    text = page(record)
    assert "What was rehearsed passed" in text
    assert "Skipped: data." in text
    assert "All went well" not in text
    whole = tuple(phase for phase in record.phases if phase.name != "data")
    assert "All went well" in page(replace(record, phases=whole))


@pytest.mark.parametrize("record", [EMPTY, PASSED, FAILED, odd(), nasty()])
def test_headings_are_in_order(record: Record) -> None:
    levels = [int(tag[1]) for tag, _ in Parsed(page(record)).tags if re.fullmatch("h[1-6]", tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("record", [PASSED, odd(), nasty()])
def test_page_loads_nothing_and_text_stays_text(record: Record) -> None:
    parsed = Parsed(page(record))

    assert [tag for tag, _ in parsed.tags].count("script") == 1
    for address in parsed.values("src") + parsed.values("href"):
        assert address
        assert address.startswith(("data:", "#"))
    assert not [name for _, given in parsed.tags for name in given if name.startswith("on")]


def test_only_the_pages_own_script_may_run() -> None:
    assert re.search(r"script-src 'sha256-[\w+/]{43}='; base", page(PASSED))
    assert "default-src 'none'" in page(PASSED)


def test_failed_run_says_why_and_what_to_do_and_opens_its_step() -> None:
    told = page(FAILED)

    assert FAILED.error
    verdict, cause = told.index("Failed</h1>"), told.index("the app imports markdown")
    assert verdict < cause < told.index(">Timeline<")
    assert "Add markdown to requirements.in" in told
    [opened] = re.findall(r'<details class="step failed" open>.*?</details>', told, re.DOTALL)[:1]
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


def test_evidence_without_a_failed_step_is_beside_the_error() -> None:
    told = page(replace(FAILED, phases=()))

    assert "The host&#39;s logs" in told or "The host's logs" in told
    assert "Nothing was begun." in told


def test_failed_test_shows_its_picture_page_and_console() -> None:
    told = page(FAILED).partition(">Tests<")[2].partition(">Pages<")[0]

    for part in ("AssertionError", "<img", "1.9 % changed", "SEVERE 502", "&lt;h1&gt;502"):
        assert part in told


def test_pictures_say_how_they_compare() -> None:
    told = page(PASSED)

    assert "1.9 % changed" in told
    assert "as in the last passed rehearsal" in told
    assert "nothing to compare with" in told
    assert all(alt for alt in Parsed(told).values("alt"))


def test_skipped_phase_says_why_and_is_not_passed() -> None:
    assert "Skipped: no data was pulled" in page(PASSED)


def test_lost_requests_have_a_mark_of_their_own_and_are_listed() -> None:
    told = page(FAILED)

    assert told.count('<path class="lost"') == 2
    assert "post, timeout, 10 s" in told
    assert "92 requests, 2 lost" in told
    assert "No switch was seen" in told


def test_long_command_is_folded_behind_its_first_line() -> None:
    told = page(PASSED)

    assert "<summary><code>sh -euc &#39;tar -xz …</code></summary>" not in told
    assert "<summary><code>sh -euc &#39;tar -xz</code></summary>" in told
    assert "<p><code>mkdir -p /srv/todo/releases/3f2a</code></p>" in told


def test_attachment_nobody_knows_is_shown_as_json() -> None:
    told = page(replace(EMPTY, attachments={"weather": {"sky": "blue"}}))

    assert "Weather" in told
    assert "&#34;sky&#34;: &#34;blue&#34;" in told


def test_step_that_failed_in_a_passed_phase_is_a_warning() -> None:
    looked = replace(PASSED.phases[0].steps[0], ok=False)
    told = page(replace(PASSED, phases=(replace(PASSED.phases[0], steps=(looked,)),)))

    assert "warned</span>" in told
    assert "0 passed, 1 warned" in told


def test_phase_that_failed_says_why_beside_what_the_run_says() -> None:
    phase = replace(FAILED.phases[1], error=Failure("it broke", "why", "a log of it", "mend it"))
    steps = page(replace(FAILED, phases=(phase,))).partition(">Steps<")[2]

    for part in ("it broke", "why", "a log of it", "mend it"):
        assert part in steps
