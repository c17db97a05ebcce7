"""Chromium gives up what it loads when a network interface of this machine comes or goes, as another VM's."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.fakes import TOP

# Chromium gives up connections that are not made yet: the server's queue is full until the network has changed.
CODE = """
import json, socket, subprocess, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from selenium.common.exceptions import WebDriverException

from understudy.testing.browser import start_browser
from understudy.testing.site import Site


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<title>a page</title>")

    def log_message(self, *_):
        pass


def change_network_then_serve(changes):
    for number in range(changes):
        time.sleep(1)
        name = f"other{number}"
        for words in (
            ["link", "add", name, "type", "veth", "peer", f"peer{number}"],
            ["link", "set", f"peer{number}", "up"],
            ["addr", "add", f"10.9.{number}.1/24", "dev", name],
            ["link", "set", name, "up"],
        ):
            subprocess.run(["ip", *words], check=True)
        time.sleep(5)
    for one in fillers:
        one.close()
    listener.listen(64)
    server = ThreadingHTTPServer(listener.getsockname(), Page, bind_and_activate=False)
    server.socket = listener
    server.serve_forever()


listener = socket.create_server(("127.0.0.1", 0), backlog=0)
fillers = [socket.socket() for _ in range(4)]
url = f"http://pages.test:{listener.getsockname()[1]}"
browser = start_browser(Site("staging", url, "127.0.0.1", disposable=True))
for one in fillers:
    one.setblocking(False)
    one.connect_ex(listener.getsockname())
threading.Thread(target=change_network_then_serve, args=[int(sys.argv[1])], daemon=True).start()
try:
    browser.get(f"{url}/page")
    shown = browser.title
except WebDriverException as error:
    shown = error.msg
print(json.dumps([shown, [*getattr(browser, "repeated", ())]]))
browser.quit()
"""
WAITS = """
import time
from understudy.testing.browser import start_browser
from understudy.testing.site import Site
browser = start_browser(Site("staging", "http://pages.test", "127.0.0.1", disposable=True))
print("started", flush=True)
time.sleep(300)
"""
# Without another address than loopback's Chromium would be offline.
IN_A_NETWORK = """
ip link set lo up
ip link add here type veth peer there && ip link set there up && ip addr add 10.8.0.1/24 dev here
ip link set here up && exec "$0" -c "$1" "$2"
"""
pytestmark = pytest.mark.needs("chromium", "chromedriver", "unshare", "ip")


def load(changes: int) -> tuple[str, list[str]]:
    """Title or error of a page, and the URLs that were loaded again, where the network changes so often while
    the browser waits.
    """
    words = ["unshare", "--net", "sh", "-c", IN_A_NETWORK, sys.executable, CODE, str(changes)]
    done = subprocess.run(words, cwd=TOP, capture_output=True, text=True, timeout=120)
    if "Operation not permitted" in done.stderr or "Unknown device type" in done.stderr:
        pytest.skip("no network of its own here")
    assert done.returncode == 0, done.stdout + done.stderr
    shown, repeated = json.loads(done.stdout.splitlines()[-1])
    return shown, repeated


def test_page_that_a_change_of_the_network_interrupts_is_loaded_once_more() -> None:
    shown, repeated = load(1)

    assert shown == "a page"
    assert [url.rpartition("/")[2] for url in repeated] == ["page"]


def test_second_change_is_an_error_of_the_page() -> None:
    shown, repeated = load(2)

    assert re.search(r"net::ERR_(NETWORK_CHANGED|INTERNET_DISCONNECTED)", shown)
    assert len(repeated) == 1


def test_killed_browser_leaves_no_process(tmp_path: Path) -> None:
    """Chromium's handlers of crashes are processes apart, which end when they see that. With
    --disable-crashpad-for-testing there are none, but Chromium 156 of Debian shows no page then.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", WAITS],
        cwd=TOP,
        env={**os.environ, "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        process_group=0,
    )
    assert process.stdout
    process.stdout.readline()
    assert left(tmp_path)

    # As PytestProcess ends pytest that does not end by itself.
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

    end = time.monotonic() + 30
    while left(tmp_path) and time.monotonic() < end:
        time.sleep(0.1)
    assert left(tmp_path) == []


def left(home: Path) -> list[str]:
    """Processes with a file of that home in their command lines."""
    listed = ["ps", "-ww", "-eo", "args"]
    found = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
    return [line for line in found.splitlines() if f"{home}/" in line]
