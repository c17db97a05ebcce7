"""What counts as lost, and that none of it is lost in the telling."""

import errno
import http.client
import ssl

import pytest

from understudy.traffic.samples import (
    Kind,
    Outcome,
    ProbePaths,
    Sample,
    Summary,
    affordable_rate,
    classify,
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
def test_server_error_is_a_loss_whoever_it_comes_from(kind: Kind, status: int) -> None:
    assert classify(kind, status, "r2", "r2") is Outcome.SERVER_ERROR


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("status", [200, 302, 403, 404, 499])
def test_any_other_answer_of_the_app_is_one(kind: Kind, status: int) -> None:
    assert classify(kind, status, "r1", None) is Outcome.OK
    assert classify(kind, status, "r2", "r2") is Outcome.OK


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("release", ["r1", ""])
def test_answer_of_another_release_after_the_switch_is_stale(kind: Kind, release: str) -> None:
    assert classify(kind, 200, release, "r2") is Outcome.STALE


@pytest.mark.parametrize("kind", FILES)
def test_static_file_is_there_or_missing(kind: Kind) -> None:
    """A web server answers these, which knows of no release."""
    assert classify(kind, 200, "", "r2") is Outcome.OK
    for status in (204, 301, 403, 404, 410):
        assert classify(kind, status, "", "r2") is Outcome.MISSING


def asked(paths: ProbePaths, new_static: tuple[str, ...], count: int) -> list[tuple[Kind, str]]:
    return [next_request(number, paths, new_static) for number in range(count)]


def test_all_kinds_take_turns_and_all_files() -> None:
    new = ("/static/c.css", "/static/d.css", "/static/e.css")
    requests = asked(PATHS, new, 5 * 6)

    for kind in Kind:
        assert [told for told, _ in requests].count(kind) == 6
    for kind, files in ((Kind.STATIC, PATHS.static), (Kind.NEW_STATIC, new)):
        paths = [path for told, path in requests if told is kind]
        assert paths == [*files] * (6 // len(files))
    assert {path for kind, path in requests if kind in PAGES} == {"/"}


def test_only_what_is_known_is_asked_for() -> None:
    assert {kind for kind, _ in asked(ProbePaths("/"), (), 9)} == set(PAGES)
    assert {kind for kind, _ in asked(PATHS, (), 9)} == {*PAGES, Kind.STATIC}
    assert {kind for kind, _ in asked(ProbePaths("/"), ("/c",), 9)} == {*PAGES, Kind.NEW_STATIC}


def samples() -> list[Sample]:
    """199 that went well in 1 ms to 199 ms, and one that didn't, told first."""
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


def test_text_shows_what_happened_and_no_column_of_what_did_not() -> None:
    assert Summary.of(samples()).text().splitlines() == [
        "               sent       ok      5xx",
        "page            199      199        0",
        "post              1        0        1",
        "total           200      199        1",
        "the first that were lost:",
        "  at 2.50 s: post, 5xx after 500 ms, status 502, from r2",
        "slowest request 500 ms, 99 of 100 within 198 ms",
        "200 requests, 1 lost",
    ]


def test_text_of_a_probe_without_losses_is_short() -> None:
    text = Summary.of([Sample(0.0, Kind.NEW_STATIC, Outcome.OK, 0.0021)]).text()

    assert text.splitlines() == [
        "               sent       ok",
        "new static        1        1",
        "total             1        1",
        "slowest request 2 ms, 99 of 100 within 2 ms",
        "1 requests, 0 lost",
    ]


def test_nothing_asked_is_told_as_nothing() -> None:
    assert Summary.of([]).text().endswith("\n0 requests, 0 lost")


def test_all_lost_shows_that_none_was_ok() -> None:
    summary = Summary.of([Sample(0.0, Kind.PAGE, Outcome.REFUSED, 0.0)])

    assert summary.text().splitlines()[0].split() == ["sent", "ok", "refused"]
    assert summary.failures == 1


@pytest.mark.parametrize(("seconds", "rate"), [(0.001, 5), (0.1, 5), (0.5, 1), (5, 0.1)])
def test_slow_host_is_asked_less_often(seconds: float, rate: float) -> None:
    assert affordable_rate(seconds) == rate
