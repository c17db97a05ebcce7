"""Links, forms and redirects that end with 404 or 410, in nginx's access log."""

import pytest

from understudy.diagnosis import broken_links

HOME = "http://todo.test/"


def log(*requests: str) -> str:
    """`METHOD PATH STATUS [PAGE]` of each request -> nginx's lines. PAGE: the path of the page before."""
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


def test_form_for_what_is_deleted_is_found() -> None:
    """Another worker made the page after that, and doesn't know."""
    found = broken_links.find(log(*DELETED, "GET / 200", "POST /lists/6/delete 404 /"))

    assert found == "POST /lists/6/delete 404\n"


def test_redirect_to_what_is_missing_is_found() -> None:
    found = broken_links.find(log(*STARTED, "GET / 200", "POST / 302 /", "GET /lists/7/ 404 /"))

    assert found == "GET /lists/7/ 404\n"


def test_link_to_one_of_many_that_is_missing_is_found() -> None:
    uuid = "0c6b8f5e-3c0a-4f7e-9a51-5d1e8c7f2b90"
    gone = f"GET /notes/{uuid}/?page=2 410 /?page=1"

    found = broken_links.find(log("GET / 200", "GET /notes/17/ 200 /", gone))

    assert found == f"GET /notes/{uuid}/ 410\n"


@pytest.mark.parametrize(
    "requests",
    [
        pytest.param([*DELETED, *STARTED], id="no-404"),
        pytest.param(["GET /lists/6/ 200 /", "GET /lists/7/ 404"], id="typed-by-the-visitor"),
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
            id="always-redirected-to-what-was-deleted",
        ),
        pytest.param(
            [*STARTED, "POST /lists/6/ 403 /lists/6/", "GET /lists/6/ 200"],
            id="form-that-is-refused",
        ),
        pytest.param(["GET / 200", "GET /lists/6/ 200 /", "GET /lists/7/ 500 /"], id="an-error"),
    ],
)
def test_404_for_another_reason_is_left_out(requests: list[str]) -> None:
    assert broken_links.find(log(*requests)) == ""


@pytest.mark.parametrize("text", ["", "cut off\n", '192.0.2.1 - - [x] "" 400 0 "-" "-"\n'])
def test_other_lines_are_skipped(text: str) -> None:
    assert broken_links.find(text) == ""
