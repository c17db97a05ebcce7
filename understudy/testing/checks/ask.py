"""Asks a site for URLs without a browser: only by GET, and only the site itself."""

import re
from collections.abc import Mapping
from dataclasses import replace

from requests import RequestException, Response, Session, codes

from understudy.testing.checks.evidence import Answer
from understudy.testing.checks.links import is_own, without_fragment

# Of a page on a slow emulated machine.
SECONDS = 20
_MOST_REDIRECTS = 10
# Bytes of a page that may have a title.
_SHORT = 4096
_LIKE_A_BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def get(client: Session, base: str, url: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Follows redirects as long as they stay on the site at `base`. Doesn't read what is sent.

    The cookies are those of all answers on the way.
    """
    at = without_fragment(url)
    cookies: tuple[str, ...] = ()
    for _ in range(_MOST_REDIRECTS):
        answer = once(client, at, headers)
        cookies += answer.cookies
        location = answer.location
        if not location or not is_own(location, base):
            return replace(answer, cookies=cookies)
        at = location
    return Answer(at, failure=f"redirects more than {_MOST_REDIRECTS} times, at last to {at}")


def once(client: Session, url: str, headers: Mapping[str, str] | None = None) -> Answer:
    """The answer to one request, also if it is a redirect."""
    try:
        with _one(client, url, headers or {}) as response:
            cookies = tuple(response.raw.headers.getlist("Set-Cookie"))
            found = Answer(url, response.status_code, _lower(response.headers), cookies=cookies)
            return replace(found, title=_title(response))
    except RequestException as error:
        return Answer(url, failure=f"gives no answer: {_reason(error)}")


def _one(client: Session, url: str, headers: Mapping[str, str]) -> Response:
    # A check of its own is about the certificate.
    return client.get(
        url,
        headers={**_LIKE_A_BROWSER, **headers},
        timeout=SECONDS,
        allow_redirects=False,
        stream=True,
        verify=False,
    )


def _title(response: Response) -> str:
    """Only of a refusal that may be nginx's own, and is short."""
    if response.status_code != codes.bad_request:
        return ""
    start = response.raw.read(_SHORT, decode_content=True).decode(errors="replace")
    found = re.search(r"<title>([^<]{1,100})</title>", start)
    return found[1].strip() if found else ""


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _reason(error: RequestException) -> str:
    """Of the exceptions in each other, the innermost says most; before it are names of classes."""
    inner: object = error
    while isinstance(inner, BaseException) and inner.args:
        inner = getattr(inner, "reason", None) or inner.args[0]
    return str(inner or type(error).__name__).rpartition("): ")[2]
