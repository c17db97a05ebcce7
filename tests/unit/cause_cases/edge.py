"""Cases of rules: what only HTTPS, names and nginx in front show."""

from dataclasses import replace

from tests.unit.cause_cases.base import HEALTHY, Case, facts, said

_HTTPS = "Mixed Content: The page at 'https://todo.test/' was loaded over HTTPS, but"
_ASIDE = (
    "2026/11/27 19:00:00 [error] 9#9: *1 connect() failed (111: Connection refused) while connecting to "
    'upstream, client: 127.0.0.1, server: todo.test, request: "GET /api/ HTTP/2.0", '
    'upstream: "http://127.0.0.1:8001/api/", host: "todo.test"'
)
_PROXY = {"proxy": {"/api/": 8001}}
CASES = {
    "redirect-to-www": Case(
        said("E  AssertionError: /health redirects to https://www.todo.test/health (301)"),
        HEALTHY,
        replace(HEALTHY, domains=("todo.test", "www.todo.test")),
    ),
    "password-not-set": Case(said("no one has a password for basic_auth"), HEALTHY),
    "certificate-of-another-key": Case(
        said(
            'nginx: [emerg] SSL_CTX_use_PrivateKey("/etc/ssl/todo/key.pem") failed (SSL: error:05800074:x509 '
            "certificate routines::key values mismatch)"
        ),
        HEALTHY,
    ),
    "websocket-over-http": Case(
        said(
            f"/: {_HTTPS} attempted to connect to the insecure WebSocket endpoint 'ws://todo.test/live'. "
            "This request has been blocked"
        ),
        HEALTHY,
    ),
    "mixed-content": Case(
        said(f"/: {_HTTPS} requested an insecure script 'http://a.example/a.js'. This request"),
        HEALTHY,
    ),
    "link-over-http": Case(
        said("/: links to / (“Home”), which is over plain HTTP: http://todo.test/"), HEALTHY
    ),
    "cookie-without-secure": Case(
        said("/: sets the cookie session without Secure, over HTTPS"), HEALTHY
    ),
    "cookies-too-large": Case(
        said("/about: answers 400 (400 Request Header Or Cookie Too Large)"),
        facts(settings={"request_header_size": "8k"}),
    ),
    "location-given-twice": Case(
        said('nginx: [emerg] 12#12: duplicate location "/" in /etc/nginx/sites-enabled/todo:104'),
        HEALTHY,
    ),
    "proxy-without-server": Case(
        {"nginx": _ASIDE},
        facts(settings=_PROXY, answers=(("port", "8001", "no"),)),
        facts(settings=_PROXY, answers=(("port", "8001", "yes"),)),
    ),
}
