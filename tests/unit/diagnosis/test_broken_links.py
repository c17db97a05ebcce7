"""Ways that sometimes end at nothing, in nginx's access log."""

import pytest

from understudy.diagnosis import broken_links

HOME = "http://todo.test/"


def log(*requests: str) -> str:
    """`METHOD PATH STATUS [PAGE]` of each request -> nginx's lines. PAGE: a path, where it comes from."""
    return "".join(map(_line, requests))


def _line(request: str) -> str:
    method, path, status, *page = request.split()
    before = f"http://todo.test{page[0]}" if page else "-"
    return (
        f'192.0.2.1 - - [04/Mar/2026:05:06:07 +0000] "{method} {path} HTTP/1.1" {status} 575 '
        f'"{before}" "Mozilla/5.0" 0123456789abcdef0123456789abcdef 0.054 1772600767.000\n'
    )


DELETED = ("GET / 200", "POST /lists/6/delete 302 /", "GET / 200 /")
STARTED = ("GET / 200", "POST / 302 /", "GET /lists/6/ 200 /")


def test_page_that_still_offers_what_is_gone() -> None:
    """The page was made after that, by a worker that doesn't know."""
    found = broken_links.find(log(*DELETED, "GET / 200", "POST /lists/6/delete 404 /"))

    assert found == "POST /lists/6/delete 404\n"


def test_visitor_who_is_sent_on_to_what_is_not_there() -> None:
    found = broken_links.find(log(*STARTED, "GET / 200", "POST / 302 /", "GET /lists/7/ 404 /"))

    assert found == "GET /lists/7/ 404\n"


def test_link_to_what_is_not_there_though_others_are() -> None:
    uuid = "0c6b8f5e-3c0a-4f7e-9a51-5d1e8c7f2b90"
    gone = f"GET /notes/{uuid}/?page=2 410 /?page=1"

    found = broken_links.find(log("GET / 200", "GET /notes/17/ 200 /", gone))

    assert found == f"GET /notes/{uuid}/ 410\n"


@pytest.mark.parametrize(
    "requests",
    [
        pytest.param([*DELETED, *STARTED], id="all-goes-well"),
        pytest.param(["GET /lists/6/ 200 /", "GET /lists/7/ 404"], id="typed-not-led-to"),
        pytest.param(["GET / 200", "GET /about 404 /", "GET /about 404 /"], id="never-there"),
        pytest.param(
            ["GET / 200", "GET /lists/6/ 200 /", "GET /lists/new/ 404 /"], id="link-of-another-kind"
        ),
        pytest.param(
            ["GET / 200", "POST /lists/6/delete 302 /", "POST /lists/6/delete 404 /"],
            id="button-pressed-twice",
        ),
        pytest.param(
            ["GET / 200", "GET /lists/6/ 200 /", "DELETE /lists/6/ 204 /", "GET /lists/6/ 404 /"],
            id="gone-since-the-page-was-made",
        ),
        pytest.param(
            [*STARTED, "POST /lists/6/delete 302 /lists/6/", "GET /lists/6/ 404 /lists/6/"],
            id="always-sent-on-to-what-was-deleted",
        ),
        pytest.param(
            [*STARTED, "POST /lists/6/ 403 /lists/6/", "GET /lists/6/ 200"],
            id="form-that-is-refused",
        ),
        pytest.param(["GET / 200", "GET /lists/6/ 200 /", "GET /lists/7/ 500 /"], id="an-error"),
    ],
)
def test_what_has_another_reason_is_no_dead_end(requests: list[str]) -> None:
    assert broken_links.find(log(*requests)) == ""


@pytest.mark.parametrize("text", ["", "cut off\n", '192.0.2.1 - - [x] "" 400 0 "-" "-"\n'])
def test_other_lines_are_passed_over(text: str) -> None:
    assert broken_links.find(text) == ""
