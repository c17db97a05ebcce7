"""What is kept of an answer of the site."""

from tests.unit.web_server import WebServer, reply
from understudy.testing.checks import ask
from understudy.testing.client import Client

PAGE = b"<html><head><title>400 Request Header Or Cookie Too Large</title></head>" + b" " * 100_000


def test_refusal_has_its_title_and_other_answers_are_not_read() -> None:
    status = {"/refused": 400, "/missing": 404}
    with WebServer(lambda request: reply(status[request.path], body=PAGE)) as server:
        base = f"http://shop.test:{server.port}"
        with Client(base, "127.0.0.1", ["shop.test"]) as client:
            refused, missing = (ask.once(client, f"{base}{path}") for path in status)

    assert refused.said == "answers 400 (400 Request Header Or Cookie Too Large)"
    assert missing.said == "answers 404"
