"""A site of HTTPS whose CA only this machine knows, and a WebDriver that a test reaches by its URL."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.unit.web_server import Request, WebServer, certificate, reply
from understudy.testing.site import Site

DOMAIN = "shop.test"
PAGE = b"""<!doctype html><title>hello</title><a id=file href=/report.csv download>report</a>
<form method=post enctype=multipart/form-data><input type=file name=picture><button>send</button></form>
<script>console.error("a line of the console")</script>"""


@contextmanager
def https_site(folder: Path) -> Iterator[Site]:
    """Found nowhere by its name. Its roots are in the file that the site names."""
    with WebServer(_answer, certificate(folder, DOMAIN)) as server:
        url = f"https://{DOMAIN}:{server.port}"
        yield Site("staging", url, "127.0.0.1", disposable=True, roots=folder / "pem")


def other_name(site: Site) -> Site:
    """The same server by a name that its certificate is not for."""
    return replace(site, url=site.url.replace(DOMAIN, "other.test"))


def _answer(request: Request) -> bytes:
    if request.path == "/report.csv":
        body = b"a,b\n1,2\n"
        head = "Content-Type: text/csv\r\nContent-Disposition: attachment"
        return f"HTTP/1.1 200 -\r\n{head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    return reply(body=PAGE + f"<p>{request.headers['Host']}".encode())


@contextmanager
def chromedriver() -> Iterator[str]:
    """The URL of one that speaks the protocol of a Grid's node."""
    # Debian's start script of Chromium takes the options that it needs here from the environment.
    environment = {**os.environ, "CHROMIUM_FLAGS": "--no-sandbox"}
    command = ["chromedriver", "--port=0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            for line in process.stdout:
                if found := re.search(r"started successfully on port (\d+)", line):
                    yield f"http://127.0.0.1:{found[1]}"
                    break
        finally:
            process.terminate()
