"""A site with planted faults, a good one and an API: each on a port of this machine."""

import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DOMAIN = "shop.test"


@dataclass(frozen=True)
class Reply:
    """seconds: before it is sent."""

    body: str
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] | None = None
    seconds: float = 0


def page(body: str, head: str = "<title>Shop</title>", start: str = '<html lang="en">') -> Reply:
    return Reply(
        f"<!doctype html>{start}<head>{head}</head><body><main>{body}</main></body></html>"
    )


def script(code: str) -> Reply:
    return page(f"<p>Page</p><script>{code}</script>")


def links(*paths: str) -> Reply:
    return page("".join(f'<p><a href="{path}">{path}</a></p>' for path in paths))


KEPT = {"Cache-Control": "max-age=3600"}
FAULTS: Mapping[str, Reply] = {
    "/": links(
        *("/console", "/thrown", "/lost-image", "/lost-link", "/contrast", "/heavy", "/slow"),
        *("/untitled", "/no-language", "/unkept", "/by-app", "/crashing"),
    ),
    "/console": script("console.error('not this way')"),
    "/thrown": script("nothing.at.all"),
    "/lost-image": page('<img src="/lost.png" alt="">'),
    "/lost-link": page('<a href="/nowhere/">Old news</a>'),
    "/contrast": page('<p id="pale" style="color: #bbb; background: #fff">Pale</p>'),
    "/heavy": page('<img src="/heavy.svg" alt="">'),
    "/heavy.svg": Reply(f"<svg xmlns='http://www.w3.org/2000/svg'><!--{'x' * 200_000}--></svg>"),
    "/slow": page('<script src="/slow.js"></script>'),
    "/slow.js": Reply("", "text/javascript", seconds=1.5),
    "/untitled": page("<p>Page</p>", head=""),
    "/no-language": page("<p>Page</p>", start="<html>"),
    "/unkept": page(
        "<p>Page</p>", head='<title>x</title><link rel="stylesheet" href="/static/a.css">'
    ),
    "/static/a.css": Reply("p {}", "text/css"),
    "/by-app": page(
        "<p>Page</p>", head='<title>x</title><link rel="stylesheet" href="/static/b.css">'
    ),
    "/static/b.css": Reply("p {}", "text/css", headers={**KEPT, "X-Understudy-Release": "abc"}),
    "/crashing": Reply("oh", status=500),
}
GOOD: Mapping[str, Reply] = {
    "/": page(
        '<h1>Shop</h1><p><a href="/about">About</a></p><p><a href="/old">Old</a></p>'
        '<p hidden><a href="/tags/of">Tags of what is ticked</a></p>'
        '<p><a href="/mine">Mine</a></p><p><a href="/logout">Log out</a></p>'
        '<p><a href="/price-list.pdf">Prices</a></p><p><a href="https://elsewhere.invalid/">Friends</a></p>'
        # Fades in, from a contrast that is too low.
        '<style>@keyframes in { from { opacity: .1 } } .in { animation: in 5s }</style><p class="in">New</p>'
        "<script>fetch('/session')</script>",
        head='<title>Shop</title><link rel="stylesheet" href="/static/a.css">',
    ),
    "/about": page('<h1>About</h1><img src="/static/logo.svg" alt="Our logo">'),
    "/old": Reply("", status=301, headers={"Location": "/about"}),
    "/mine": Reply("", status=302, headers={"Location": "/login?next=/mine"}),
    "/login?next=/mine": page('<label>Name <input name="name"></label>'),
    "/session": Reply("{}", "application/json", status=401),
    "/static/a.css": Reply("p {}", "text/css", headers=KEPT),
    "/static/logo.svg": Reply(
        "<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", headers=KEPT
    ),
    "/price-list.pdf": Reply("%PDF-1.4", "application/pdf"),
    "/logout": Reply("the session is gone", status=500),
}
API: Mapping[str, Reply] = {"/": Reply('{"hello": "world"}', "application/json")}
TEXT: Mapping[str, Reply] = {"/": Reply("<p>Hello, World!</p>")}
EMPTY: Mapping[str, Reply] = {}
CDN: Mapping[str, Reply] = {
    "/": page(
        '<p id="pale" style="color: #bbb; background: #fff">Pale</p><script>bootstrap.start()</script>',
        head='<title>Shop</title><script src="https://cdn.invalid/bootstrap.js"></script>',
    )
}
MIXED: Mapping[str, Reply] = {
    "/": page("<p>Page</p>", head='<title>x</title><script src="http://shop.test/a.js"></script>')
}
STRICT = {"Strict-Transport-Security": "max-age=60"}
# A cookie on the way to another page counts as well.
COOKIES: Mapping[str, Reply] = {
    "/": replace(links("/mine"), headers={**STRICT, "Set-Cookie": "csrftoken=a; Secure"}),
    "/mine": Reply("", status=302, headers={"Location": "/login", "Set-Cookie": "sessionid=b"}),
    "/login": page("<p>Page</p>"),
}


class Server(ThreadingHTTPServer):
    """replies: by path with query; others are not found. asked: the paths of all requests."""

    daemon_threads = True

    def __init__(self, replies: Mapping[str, Reply], certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies = replies
        self.asked: list[tuple[str, str]] = []
        self.scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_words: object) -> None:
        """Quiet: a browser closes connections as it likes."""

    @property
    def url(self) -> str:
        return f"{self.scheme}://{DOMAIN}:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Cookie", "")))
        missing = Reply("Not Found", status=404)
        reply = self.server.replies.get(self.path, missing)
        time.sleep(reply.seconds)
        kind = "image/svg+xml" if self.path.endswith(".svg") else reply.kind
        body = reply.body.encode()
        self.send_response(reply.status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), **(reply.headers or {})}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Quiet."""


@contextmanager
def served(replies: Mapping[str, Reply], certificate: Path | None = None) -> Iterator[Server]:
    with Server(replies, certificate) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
