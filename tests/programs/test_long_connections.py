"""WebSockets, streams and large headers through the rendered nginx file, in a real nginx."""

import contextlib
import http.client
import zlib
from collections.abc import Iterator

import pytest

from tests.programs.nginx_site import DOMAIN, Https, Nginx, running
from tests.programs.site_config import CERTIFICATE

pytestmark = pytest.mark.needs("nginx")
# As in a template of the project's own; nothing is too short for it or of a wrong kind.
GZIP = "gzip on; gzip_proxied any; gzip_min_length 0; gzip_types *;"


@pytest.fixture(scope="module")
def asgi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    keys = {"worker_class": "asgi", "request_header_size": "32k"}
    with running(tmp_path_factory.mktemp("asgi"), CERTIFICATE, keys, change=with_gzip) as nginx:
        yield nginx


def with_gzip(site: str) -> str:
    assert "gzip off;" in site
    return site.replace("gzip off;", GZIP)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with running(tmp_path_factory.mktemp("plain"), {}) as nginx:
        yield nginx


def test_request_for_a_websocket_reaches_the_app_as_one(asgi: Nginx) -> None:
    seen = asgi.seen_by_app(443, Upgrade="WebSocket", Connection="keep-alive, Upgrade")

    assert (seen["Upgrade"], seen["Connection"]) == ("websocket", "upgrade")


@pytest.mark.parametrize("asked", [{}, {"Upgrade": "h2c", "Connection": "Upgrade"}])
def test_no_other_upgrade_reaches_the_app(asked: dict[str, str], asgi: Nginx) -> None:
    seen = asgi.seen_by_app(443, **asked)

    assert "Upgrade" not in seen
    assert seen["Connection"] == "close"


def test_worker_that_answers_one_request_at_a_time_is_asked_for_no_websocket(plain: Nginx) -> None:
    assert "Upgrade" not in plain.seen_by_app(Upgrade="websocket", Connection="Upgrade")


def begun(nginx: Nginx, port: int, path: str) -> bytes:
    """What comes of an answer that has only begun, until nothing comes for a second."""
    connection = http.client.HTTPConnection("127.0.0.1", nginx.ports[80], timeout=1)
    if port == 443:
        connection = Https("127.0.0.1", nginx.ports[443], DOMAIN)
        connection.timeout = 1
    content = b""
    with contextlib.closing(connection), contextlib.suppress(TimeoutError):
        connection.request("GET", path, headers={"Host": DOMAIN, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        while part := answer.read1(100):
            content += part
    return content


def test_stream_arrives_at_once_if_the_app_asks_for_it(plain: Nginx) -> None:
    assert begun(plain, 80, "/stream/unbuffered") == b"first\n"
    assert begun(plain, 80, "/stream/buffered") == b"", "nginx waits for more"


def test_stream_arrives_at_once_compressed_too(asgi: Nginx) -> None:
    compressed = begun(asgi, 443, "/stream/unbuffered")

    assert zlib.decompressobj(wbits=31).decompress(compressed) == b"first\n"


@pytest.mark.parametrize(("size", "status"), [(8000, 200), (9000, 400)])
def test_header_may_have_8_kilobytes(size: int, status: int, plain: Nginx) -> None:
    assert plain.get("/", Cookie="a" * size)[0].status == status


def test_header_may_be_as_large_as_deploy_yml_says(asgi: Nginx) -> None:
    cookie = "a" * 30_000

    assert asgi.seen_by_app(443, Cookie=cookie)["Cookie"] == cookie
    assert asgi.get("/", 443, Cookie="a" * 33_000)[0].status == 400
