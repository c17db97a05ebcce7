"""A hundred browser tests on a Selenium Grid with 1, 2 and 4 slots, each with a worker of its own."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from benchmarks import tables
from benchmarks.plan import Plan
from benchmarks.samples import NO_VM, Sample, of
from benchmarks.timing import PROJECT
from tests.integration.selenium_grid import selenium_grid
from tests.unit.fakes import settings
from tests.unit.web_server import Request, WebServer, reply

SLOTS = (1, 2, 4)
TESTS = 100
WHAT, TOOL = f"{TESTS} browser tests", "Understudy"
# What the page of an app takes, besides the browser.
APP_SECONDS = 0.1
SUITE = f"""
import pytest

@pytest.mark.parametrize("number", range({TESTS}))
def test_page(number, browser, site):
    browser.get(f"{{site.url}}/{{number}}")
    assert browser.title == f"/{{number}}"
"""


def measure(plan: Plan) -> Iterator[Sample]:
    for slots in SLOTS:
        with (
            TemporaryDirectory() as name,
            WebServer(_page) as server,
            selenium_grid(Path(name), nodes=1, slots=slots) as grid,
        ):
            tunnel = {"http": f"127.0.0.1:{server.port}"}
            written = settings(target={"address": "127.0.0.1", "disposable": True})
            browser = {"grid": grid.url, "tunnel": tunnel}
            Path(name, "deploy.yml").write_text(yaml.safe_dump({**written, "browser": browser}))
            Path(name, "functional_tests").mkdir()
            Path(name, "functional_tests", "test_it.py").write_text(SUITE)
            for _ in range(plan.rounds(1)):
                yield Sample(WHAT, TOOL, _run(name, slots), size=slots)


def describe(samples: Sequence[Sample]) -> str:
    found = [(slots, of(samples, WHAT, TOOL, NO_VM, slots)) for slots in SLOTS]
    rows = [
        (str(slots), f"{one.median:.0f} s", f"{TESTS / one.median:.1f}")
        for slots, one in found
        if one
    ]
    return tables.table(("slots and workers", "100 tests", "tests a second"), rows)


def _page(request: Request) -> bytes:
    time.sleep(APP_SECONDS)
    return reply(body=f"<title>{request.path}".encode())


def _run(folder: str, workers: int) -> float:
    plugin = ("-p", "understudy.testing.plugin", "--target", "staging")
    words = ("functional_tests", "-q", "-n", str(workers), *plugin)
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=folder,
        env={"PYTHONPATH": str(PROJECT), "PATH": "/nowhere"},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.monotonic() - began
