"""One HTTP request made on the host itself, by curl."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from understudy.commands import Argv, script


def get(url: str, *, socket: PurePosixPath | None = None, address: str | None = None) -> Argv:
    """GETs the URL through a unix socket or from a given address. A status of 400 or more fails.

    The body is printed either way: it often tells the reason.
    """
    return ("curl", "-sS", "--fail-with-body", *_request(url, socket, address))


def reach(url: str, *, socket: PurePosixPath | None = None, address: str | None = None) -> Argv:
    """As get(), but only no answer and a status of 500 or more fail: an older release need not have
    the pages of the next one.
    """
    text = 'answer=$(curl -sS -w " %{http_code}" "$@"); echo "$answer"; [ "${answer##* }" -lt 500 ]'
    return script(text, *_request(url, socket, address))


def _request(url: str, socket: PurePosixPath | None, address: str | None) -> Argv:
    parts = urlsplit(url)
    through: Argv
    if socket:
        # The app itself speaks no TLS: what nginx would tell it of the visitor is told here.
        url = url.replace("https://", "http://", 1)
        through = ("--unix-socket", str(socket), "-H", f"X-Forwarded-Proto: {parts.scheme}")
    else:
        port = 443 if parts.scheme == "https" else 80
        # A certificate for another name or of a private authority is not what's asked here.
        through = ("--insecure", "--resolve", f"{parts.hostname}:{port}:{address}")
    return ("--max-time", "20", *through, url)


def answered(errors: str) -> bool:
    """Whether what curl wrote on standard error says that there was an answer, a bad one."""
    return "curl: (22)" in errors
