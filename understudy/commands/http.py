"""One HTTP request from the host itself, by curl(1)."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from understudy.commands import Argv, script

_ASKED = r"%{onerror}%{stderr}asked: %{url_effective}\n"


def get(url: str, *, socket: PurePosixPath | None = None, address: str | None = None) -> Argv:
    """GETs the URL through a unix socket or from a given address. A status of 400 or more fails.

    The body is printed in any case: it often has the reason. So is, if it fails, what was asked.
    """
    return ("curl", "-sS", "--fail-with-body", "-w", _ASKED, *_request(url, socket, address))


def reach(url: str, *, socket: PurePosixPath | None = None, address: str | None = None) -> Argv:
    """As get(), but fails only without an answer and for a status of 500 or more: an older release may
    lack pages of the next one.
    """
    text = 'answer=$(curl -sS -w " %{http_code}" "$@"); echo "$answer"; [ "${answer##* }" -lt 500 ]'
    return script(text, *_request(url, socket, address))


def answered(errors: str) -> bool:
    """Whether curl failed because of the answer's status: errors is its standard error. See curl(1), 22."""
    return "curl: (22)" in errors


def _request(url: str, socket: PurePosixPath | None, address: str | None) -> Argv:
    parts = urlsplit(url)
    through: Argv
    if socket:
        # The app itself has no TLS: nginx passes on the scheme in this header.
        url = url.replace("https://", "http://", 1)
        through = ("--unix-socket", str(socket), "-H", f"X-Forwarded-Proto: {parts.scheme}")
    else:
        port = 443 if parts.scheme == "https" else 80
        # The certificate is not what is checked here.
        through = ("--insecure", "--resolve", f"{parts.hostname}:{port}:{address}")
    return ("--max-time", "20", *through, url)
