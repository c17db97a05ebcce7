"""Asks a site for URLs without a browser: only by GET, and only the site itself."""

from collections.abc import Mapping
from urllib.parse import urljoin

from requests import RequestException, Response, Session

from understudy.testing.checks.evidence import Answer
from understudy.testing.checks.links import is_own, without_fragment

# Of a page on a slow emulated machine.
SECONDS = 20
_MOST_REDIRECTS = 10
_LIKE_A_BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def get(client: Session, base: str, url: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Follows redirects as long as they stay on the site at `base`. Doesn't read what is sent."""
    at = without_fragment(url)
    for _ in range(_MOST_REDIRECTS):
        try:
            with _one(client, at, headers or {}) as response:
                answer = Answer(at, response.status_code, _lower(response.headers))
        except RequestException as error:
            return Answer(at, failure=f"gives no answer: {_reason(error)}")
        location = answer.headers.get("location", "")
        if not (300 <= answer.status < 400 and location):
            return answer
        at = without_fragment(urljoin(at, location))
        if not is_own(at, base):
            return answer
    return Answer(at, failure=f"redirects more than {_MOST_REDIRECTS} times, at last to {at}")


def _one(client: Session, url: str, headers: Mapping[str, str]) -> Response:
    # The browser checks the certificate.
    return client.get(
        url,
        headers={**_LIKE_A_BROWSER, **headers},
        timeout=SECONDS,
        allow_redirects=False,
        stream=True,
        verify=False,
    )


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _reason(error: RequestException) -> str:
    """Of the exceptions in each other, the innermost says most; before it are names of classes."""
    inner: object = error
    while isinstance(inner, BaseException) and inner.args:
        inner = getattr(inner, "reason", None) or inner.args[0]
    return str(inner or type(error).__name__).rpartition("): ")[2]
