"""What is requested and when, what counts as lost, and that the summary shows all of it."""

import errno
import http.client
import ssl

import pytest

from understudy.traffic.samples import (
    AfterSwitch,
    Kind,
    Outcome,
    ProbePaths,
    Sample,
    Summary,
    affordable_rate,
    classify,
    classify_websocket,
    next_rate,
    next_request,
)

PAGES = [Kind.PAGE, Kind.KEPT, Kind.POST]
FILES = [Kind.STATIC, Kind.NEW_STATIC]
PATHS = ProbePaths("/", ("/static/a.css", "/static/b.css"))

ERRORS = [
    (ConnectionRefusedError(), Outcome.REFUSED),
    (OSError(errno.EHOSTUNREACH, "no route"), Outcome.REFUSED),
    (TimeoutError(), Outcome.TIMEOUT),
    (ConnectionResetError(), Outcome.RESET),
    (BrokenPipeError(), Outcome.RESET),
    (http.client.RemoteDisconnected("gone"), Outcome.RESET),
    (http.client.IncompleteRead(b""), Outcome.RESET),
    (http.client.BadStatusLine("?"), Outcome.RESET),
    (ssl.SSLEOFError(), Outcome.RESET),
    (ValueError("a bug"), Outcome.RESET),
]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("error", "outcome"), ERRORS)
def test_no_answer_is_a_loss_of_its_kind(kind: Kind, error: Exception, outcome: Outcome) -> None:
    assert classify(kind, error, "", "r2") is outcome


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_server_error_is_a_loss_from_any_release(kind: Kind, status: int) -> None:
    assert classify(kind, status, "r2", "r2") is Outcome.SERVER_ERROR


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("status", [200, 302, 403, 404, 499])
def test_any_other_answer_of_the_app_is_ok(kind: Kind, status: int) -> None:
    assert classify(kind, status, "r1", None) is Outcome.OK
    assert classify(kind, status, "r2", "r2") is Outcome.OK


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("release", ["r1", ""])
def test_answer_of_another_release_after_the_switch_is_stale(kind: Kind, release: str) -> None:
    assert classify(kind, 200, release, "r2") is Outcome.STALE


@pytest.mark.parametrize("kind", FILES)
def test_static_file_is_there_or_missing(kind: Kind) -> None:
    """nginx answers these, and names no release."""
    assert classify(kind, 200, "", "r2") is Outcome.OK
    for status in (204, 301, 403, 404, 410):
        assert classify(kind, status, "", "r2") is Outcome.MISSING


def requests(paths: ProbePaths, new_static: tuple[str, ...], count: int) -> list[tuple[Kind, str]]:
    return [next_request(number, paths, new_static) for number in range(count)]


def test_all_kinds_take_turns_and_all_files() -> None:
    new = ("/static/c.css", "/static/d.css", "/static/e.css")
    sent = requests(PATHS, new, 5 * 6)

    for kind in (*PAGES, *FILES):
        assert [one for one, _ in sent].count(kind) == 6
    for kind, files in ((Kind.STATIC, PATHS.static), (Kind.NEW_STATIC, new)):
        paths = [path for one, path in sent if one is kind]
        assert paths == [*files] * (6 // len(files))
    assert {path for kind, path in sent if kind in PAGES} == {"/"}


def test_only_known_paths_are_requested() -> None:
    assert {kind for kind, _ in requests(ProbePaths("/"), (), 9)} == set(PAGES)
    assert {kind for kind, _ in requests(PATHS, (), 9)} == {*PAGES, Kind.STATIC}
    assert {kind for kind, _ in requests(ProbePaths("/"), ("/c",), 9)} == {*PAGES, Kind.NEW_STATIC}


@pytest.mark.parametrize("static", [(), ("/static/a.css",)], ids=["", "static"])
@pytest.mark.parametrize("new_static", [(), ("/static/b.css",)], ids=["", "new static"])
def test_each_write_starts_together_with_a_read_of_the_app(
    static: tuple[str, ...], new_static: tuple[str, ...]
) -> None:
    kinds = [kind for kind, _ in requests(ProbePaths("/", static), new_static, 60)]
    pairs = list(zip(kinds[::2], kinds[1::2], strict=True))

    with_a_write = [pair for pair in pairs if Kind.POST in pair]
    assert len(with_a_write) >= 12
    assert all({Kind.PAGE, Kind.KEPT} & {*pair} for pair in with_a_write)


def test_traffic_is_less_while_the_host_does_not_keep_up_and_as_before_then() -> None:
    rate, rates = 40.0, []
    for unanswered in (2, 16, 17, 30, 40, 40, 60, 60, 64, *[0] * 40):
        rate = next_rate(rate, 40, unanswered)
        rates.append(rate)

    assert rates[:4] == [40, 40, 20, 10]
    assert min(rates) == 2, "a site that hangs loses some all the same"
    assert rates[-1] == 40


def test_host_that_affords_less_than_the_fewest_gets_no_more() -> None:
    assert next_rate(0.5, 0.5, 60) == 0.5
    assert next_rate(0.5, 0.5, 0) == 0.5


def samples() -> list[Sample]:
    """199 that were answered in 1 ms to 199 ms, and one that was lost, listed first."""
    well = [Sample(n / 100, Kind.PAGE, Outcome.OK, n / 1000, "r1", 200) for n in range(1, 200)]
    return [Sample(2.5, Kind.POST, Outcome.SERVER_ERROR, 0.5, "r2", 502), *well]


def test_summary_counts_everything() -> None:
    summary = Summary.of(samples())

    assert (summary.sent, summary.failures) == (200, 1)
    assert summary.by_kind == {Kind.PAGE: 199, Kind.POST: 1}
    assert summary.by_outcome == {Outcome.OK: 199, Outcome.SERVER_ERROR: 1}
    assert summary.cells[Kind.POST, Outcome.SERVER_ERROR] == 1
    assert (summary.slowest, summary.p99) == (0.5, 0.198)


def test_first_failures_are_the_first_in_time_and_few() -> None:
    late_first = [Sample(10.0 - n, Kind.KEPT, Outcome.RESET, 0.1) for n in range(10)]

    shown = Summary.of([*samples(), *late_first]).first_failures

    assert [sample.at for sample in shown] == [1.0, 2.0, 2.5, 3.0, 4.0]


def test_text_has_a_column_only_for_outcomes_that_happened() -> None:
    assert Summary.of(samples()).text().splitlines() == [
        "               sent       ok      5xx",
        "page            199      199        0",
        "post              1        0        1",
        "total           200      199        1",
        "the first requests that were lost:",
        "  at 2.50 s: post, 5xx after 500 ms, status 502, from r2",
        "slowest request 500 ms, 99 of 100 within 198 ms",
        "200 requests, 1 lost",
    ]


def test_text_without_losses_is_short() -> None:
    text = Summary.of([Sample(0.0, Kind.NEW_STATIC, Outcome.OK, 0.0021)]).text()

    assert text.splitlines() == [
        "               sent       ok",
        "new static        1        1",
        "total             1        1",
        "slowest request 2 ms, 99 of 100 within 2 ms",
        "1 request, 0 lost",
    ]


def test_text_without_requests_says_so() -> None:
    assert Summary.of([]).text().endswith("\n0 requests, 0 lost")


def test_all_lost_shows_that_none_was_ok() -> None:
    summary = Summary.of([Sample(0.0, Kind.PAGE, Outcome.REFUSED, 0.0)])

    assert summary.text().splitlines()[0].split() == ["sent", "ok", "refused"]
    assert summary.failures == 1


@pytest.mark.parametrize(
    ("seconds", "rate"), [(0.001, 40), (0.0125, 40), (0.05, 10), (0.1, 5), (0.5, 1), (5, 0.1)]
)
def test_slow_host_gets_fewer_requests(seconds: float, rate: float) -> None:
    assert affordable_rate(seconds) == rate


NEW_ONE = AfterSwitch("r2")


@pytest.mark.parametrize(
    ("code", "answer", "release", "switch", "late", "outcome"),
    [
        (None, 101, "r1", None, 0, Outcome.OK),
        (1012, 101, "r2", NEW_ONE, 1.0, Outcome.OK),
        (1012, 101, "r2", NEW_ONE, 1.1, Outcome.TIMEOUT),
        (1012, 101, "r1", NEW_ONE, 0, Outcome.STALE),
        (1012, 101, "", AfterSwitch(None), 0, Outcome.OK),
        # Otherwise than by a restart: no close frame, an error of the app, going away.
        (1006, 101, "r2", NEW_ONE, 0, Outcome.CUT),
        (1011, 101, "r2", NEW_ONE, 0, Outcome.CUT),
        (1001, 101, "r1", None, 0, Outcome.CUT),
        (1012, 502, "", NEW_ONE, 0, Outcome.SERVER_ERROR),
        (1012, ConnectionRefusedError(), "", NEW_ONE, 9, Outcome.REFUSED),
        (1012, TimeoutError(), "", NEW_ONE, 9, Outcome.TIMEOUT),
        # A release that need not have it yet: before the switch, or after a rollback.
        (None, 404, "", None, 0, Outcome.OK),
        (1012, 403, "", NEW_ONE, 0, Outcome.REFUSED),
        (1012, 403, "", AfterSwitch("r0", has_websocket=False), 0, Outcome.OK),
    ],
)
def test_websocket_has_to_be_closed_with_1012_and_back_within_a_second(
    code: int | None,
    answer: int | Exception,
    release: str,
    switch: AfterSwitch | None,
    late: float,
    outcome: Outcome,
) -> None:
    assert classify_websocket(code, answer, release, switch, late) is outcome
