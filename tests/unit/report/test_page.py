"""The page shows the record, and everything from a record is only text on it."""

import base64
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.unit.fakes import TEMPLATES
from tests.unit.records import EMPTY, FAILED, PASSED, SEVERAL, SEVERAL_FAILED, nasty, odd
from understudy.report.gallery import Picture
from understudy.report.history import Entry
from understudy.report.page import render
from understudy.report.record import Commit, Failure, Record

PICTURES = [
    Picture("test_logo-1.5-", b"image", 0.019, b"marked", before=b"before"),
    Picture("test_other", b"image", 0.5, b"marked", before=b"before", note="Chromium was 155 then"),
    Picture("test_new", b"image"),
    Picture("test_same", b"image", 0.0, also=("test_same.1", "test_logo-1.5-.1")),
]
# What comes before it is the first screen, or nearly.
TIMELINE = '<h2 id="timeline">'


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


@pytest.mark.parametrize("record", [EMPTY, PASSED, FAILED, SEVERAL, SEVERAL_FAILED, odd(), nasty()])
def test_every_link_of_the_page_leads_to_a_part_of_it(record: Record) -> None:
    parsed = Parsed(page(record))

    ids = parsed.values("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in parsed.values("href") if link and link[0] == "#"} <= set(ids)
    named = parsed.values("aria-labelledby")
    assert set(named) <= set(ids)


def test_a_run_with_skipped_phases_is_not_said_to_have_passed_as_a_whole() -> None:
    text = page(PASSED)
    assert "All that ran passed in 1 min 57 s; 1 phase and 1 test were skipped." in text
    assert "Everything passed" not in text


def test_skipped_phase_is_on_the_first_screen_with_what_enables_it() -> None:
    whole = tuple(
        replace(phase, enable="python deploy.py data pull" if phase.reason else "")
        for phase in PASSED.phases
    )
    first = page(replace(PASSED, phases=whole)).partition(TIMELINE)[0]

    assert "1 phase skipped" in first
    assert "no data was pulled" in first
    assert "python deploy.py data pull" in first


def test_first_screen_has_app_commit_system_and_version() -> None:
    record = replace(
        PASSED,
        app="shop",
        os="Debian GNU/Linux 12 (bookworm)",
        version="1.2.3",
        commit=Commit(
            "c0ffee" * 6 + "c0ff", "Sell tea", "Ann", "2026-03-04T05:00:00+00:00", "m", 2
        ),
    )
    first = page(record).partition(TIMELINE)[0]

    for part in (">shop<", "c0ffeec0ff<", "Sell tea", "by Ann, 2026-03-04, on m", "1.2.3"):
        assert part in first
    assert "2 uncommitted files not deployed" in first
    assert "Debian GNU/Linux 12 (bookworm)" in first
    assert "2<span" in first.partition("tests passed")[0], "figures of the tests"


def test_failed_test_is_on_the_first_screen_with_its_assertion_and_screenshot() -> None:
    first = page(FAILED).partition(TIMELINE)[0]

    for part in (
        "test_logo[1.5]",
        "AssertionError: assert 0 &gt; 0",
        "test_pages.py:31",
        "<img",
        "1.9 % changed",
    ):
        assert part in first
    assert first.index("test_logo[1.5]") < first.index('class="figures"')


def test_each_screenshot_is_on_the_page_once_and_leads_to_its_test() -> None:
    parsed = Parsed(page(PASSED))

    assert len([src for src in parsed.values("src") if src]) == len(PICTURES) + 2 * 2, (
        "with two sides"
    )
    test = "test-browser-test_logo-1.5-"
    assert parsed.values("href").count(f"#{test}") >= 2
    assert test in parsed.values("id")
    assert parsed.values("href").count("#picture-1") >= 2


def test_filter_is_there_only_if_something_failed() -> None:
    assert "failed-only" in Parsed(page(FAILED)).values("id")
    assert "failed-only" not in Parsed(page(PASSED)).values("id")


def test_failed_step_shows_the_line_of_the_log_that_says_why() -> None:
    attached = {name: one for name, one in FAILED.attachments.items() if name != "tests"}
    first = page(replace(FAILED, attachments=attached)).partition(TIMELINE)[0]

    said = re.search(r'<pre class="assertion".*?</pre>', first, re.DOTALL)
    assert said
    assert "No module named &#39;markdown&#39;" in said[0]
    assert "line 7, in &lt;module&gt;" in said[0]
    assert "Booting worker" not in said[0]


def test_warning_that_came_twice_is_shown_once() -> None:
    text = page(replace(PASSED, warnings=("it is odd", "it is new", "it is odd")))

    assert text.count("it is odd") == 1
    assert "(2 times)" in text
    assert "2 warnings" in text


def test_phase_that_took_longer_than_usual_says_so() -> None:
    def before(number: int) -> Entry:
        return Entry(f"{number}", "2026", "rehearse", "vagrant", "passed", 90, phases={"up": 4.0})

    text = render(TEMPLATES, PASSED, [], [before(number) for number in range(3)])

    assert text.count("usually 4 s<") == 1
    assert "usually 4 s" not in page(PASSED)


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
    assert verdict < cause < text.index(TIMELINE)
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
    text = page(FAILED).partition('<h2 id="tests">')[2].partition('<h2 id="pages">')[0]

    for part in ("AssertionError", 'href="#picture-1"', "SEVERE 502", "&lt;h1&gt;502"):
        assert part in text


def test_tests_that_did_not_fail_are_counted_by_outcome() -> None:
    assert "1 passed, 1 skipped<" in page(PASSED)


def test_each_screenshot_says_how_it_compares() -> None:
    text = page(PASSED).partition('id="pages"')[2]

    assert "1 of 5 changed since the last passed rehearsal" in text
    assert "1.9 % changed" in text
    assert "Chromium was 155 then" in text
    assert "and 2 more" in text
    assert all(alt for alt in Parsed(text).values("alt"))
    titles = ("Changed", "Different, but not comparable", "Not in the last passed", "Unchanged")
    assert re.findall(r"<h3>(\w+)", text)[:4] == [
        title.split(",")[0].split()[0] for title in titles
    ]


def test_a_changed_screenshot_is_shown_before_and_after_and_marked() -> None:
    figure = page(PASSED).partition('<figure id="picture-1"')[2].partition("</figure>")[0]

    sources = [src for src in Parsed(figure).values("src") if src]
    made = [base64.b64decode(src.rpartition(",")[2]) for src in sources]
    assert made == [b"before", b"image", b"marked"]


def test_the_first_screenshots_are_compared_with_none() -> None:
    text = page(PASSED, [Picture("test_logo-1.5-", b"image")])

    assert "There is no passed rehearsal to compare them with." in text


def test_a_screenshot_of_several_tests_leads_to_each() -> None:
    figure = page(PASSED).partition('<figure id="picture-4"')[2].partition("</figure>")[0]

    assert "#test-browser-test_logo-1.5-" in Parsed(figure).values("href")
    assert "test_same.1" in figure


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
    assert 'href="#steps">1 warned' in text


def test_a_failed_phase_shows_its_own_error_too() -> None:
    phase = replace(FAILED.phases[1], error=Failure("it broke", "why", "a log of it", "fix it"))
    steps = page(replace(FAILED, phases=(phase,))).partition('<h2 id="steps">')[2]

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


def test_what_the_vm_mirrors_is_called_packages_and_points_to_drift_for_the_rest() -> None:
    mirror = {"score": 100.0, "differences": 1, "compared": 188}
    text = page(replace(PASSED, attachments={**PASSED.attachments, "mirror": mirror}))

    figure = text[text.index(">187<") :]
    assert figure.index("of 188 packages") < figure.index("<code>drift</code> compares the rest")
    assert "parity" not in text.lower()
    assert "of 100" not in text


def test_requests_through_a_proxy_are_shown_before_those_to_the_hosts_behind_it() -> None:
    [probe] = PASSED.attachments["probes"]
    probes = [
        {**probe, "host": "web1"},
        {**probe, "host": "edge", "proxy": True},
        {**probe, "host": "web1", "release": "later"},
        {**probe, "host": "edge", "release": "later", "proxy": True},
    ]
    names = {"hosts": {"edge": "edge (proxy)", "web1": "web1 (web)"}}

    text = page(replace(PASSED, attachments={**names, "probes": probes}))

    assert re.findall(r"goes live on (.*)</h3>", text) == ["edge (proxy)", "web1 (web)"] * 2
