"""Commands that only know a URL: they find the site, their tests are read, and nothing of them is left."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.process_state import ends
from tests.unit.fakes import FakeReport, config
from tests.unit.web_server import WebServer, certificate, reply, until
from understudy.config.test_commands import TestCommand
from understudy.errors import StepFailed, Stopped
from understudy.job import Job
from understudy.local import command_process
from understudy.paths import Project
from understudy.rehearsal import site_proxy
from understudy.rehearsal.command_tests import CommandTests
from understudy.testing.site import Site

JUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="e2e">
<testcase name="opens" classname="a.spec.ts" time="1,001.5"/>
<testcase name="pays" classname="a.spec.ts"><failure message="no button">at a.spec.ts:3</failure></testcase>
</testsuite></testsuites>
"""
# Leaves a process that no signal to its group reaches.
ESCAPES = "setsid sh -c 'trap \"\" TERM INT; echo $$ >escaped; while :; do sleep 1; done' &"
Made = Callable[..., CommandTests]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def made(text: str, web_ports: dict[str, int] | None = None, **keys: Any) -> CommandTests:
        """A suite of one command, which is a script."""
        command = TestCommand.model_validate({"command": ["sh", "-c", text], "name": "e2e", **keys})
        target = {"address": "127.0.0.1", "disposable": True, "web_ports": web_ports or {}}
        project = Project(tmp_path, tmp_path / "deploy.yml")
        return CommandTests(Job(project, config(target=target), "staging", FakeReport()), command)

    return made


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer(lambda request: reply(body=request.headers["Host"].encode())) as server:
        yield server


def run(suite: CommandTests) -> tuple[FakeReport, StepFailed | None]:
    report = FakeReport()
    try:
        suite.run(report)
    except StepFailed as error:
        return report, error
    return report, None


def test_command_gets_the_sites_url_name_and_address(made: Made, tmp_path: Path) -> None:
    suite = made(
        "echo $1 $SERVER >said",
        command=["sh", "-c", "echo $0 $SERVER >said", "{url}"],
        environment={"SERVER": "{domain} {address}"},
    )

    assert run(suite)[1] is None

    assert (tmp_path / "said").read_text() == "http://shop.test shop.test 127.0.0.1\n"


@pytest.mark.needs("curl")
@pytest.mark.parametrize("tool", ["curl -sS", f"{sys.executable} get.py"])
def test_name_leads_to_the_site(made: Made, server: WebServer, tmp_path: Path, tool: str) -> None:
    """It resolves by no name server, and /etc/hosts stays as it is."""
    (tmp_path / "get.py").write_text("import sys, requests; print(requests.get(sys.argv[1]).text)")
    before = Path("/etc/hosts").read_bytes()
    suite = made("true", command=["sh", "-c", f"{tool} {{url}}:{server.port}/ >said"])

    assert run(suite)[1] is None

    assert (tmp_path / "said").read_text().strip() == f"shop.test:{server.port}"
    assert Path("/etc/hosts").read_bytes() == before


@pytest.mark.needs("curl")
def test_name_leads_to_the_site_over_https(made: Made, tmp_path: Path) -> None:
    """With the site's own certificate: the proxy passes on what it can't read."""
    context = certificate(tmp_path, "shop.test")
    with WebServer(lambda _: reply(body=b"hello"), context) as server:
        _, error = run(made(f"curl -sS --cacert pem https://shop.test:{server.port}/ >said"))

    assert error is None
    assert (tmp_path / "said").read_text() == "hello"


@pytest.mark.needs("curl")
@pytest.mark.parametrize("tool", ["curl -sS --cacert pem", f"{sys.executable} get.py"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_name_leads_to_the_ports_of_a_port_forward(
    made: Made, tmp_path: Path, scheme: str, tool: str
) -> None:
    """The URL, and so the name that the site is asked for, has no port."""
    (tmp_path / "get.py").write_text(
        "import sys, requests; print(requests.get(sys.argv[1], verify='pem').text)"
    )
    context = certificate(tmp_path, "shop.test") if scheme == "https" else None
    with WebServer(lambda request: reply(body=request.headers["Host"].encode()), context) as server:
        suite = made(f"{tool} {scheme}://shop.test/ >said", web_ports={scheme: server.port})
        _, error = run(suite)

    assert error is None
    assert (tmp_path / "said").read_text().strip() == "shop.test"


@pytest.mark.needs("chromium")
def test_browser_of_the_command_finds_the_site(
    made: Made, server: WebServer, tmp_path: Path
) -> None:
    url = f"http://shop.test:{server.port}/"
    browser = "chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage"
    suite = made(f"{browser} --user-data-dir=$PWD/profile --dump-dom {url} >said")

    assert run(suite)[1] is None

    assert f"shop.test:{server.port}" in (tmp_path / "said").read_text()


def test_name_that_resolves_needs_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    site = Site("staging", "http://localhost", "127.0.0.1", disposable=True)

    with site_proxy.environment(site) as environment:
        assert "http_proxy" not in environment


def test_proxy_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    site = Site("staging", "http://shop.test", "127.0.0.1", disposable=True)

    with pytest.raises(StepFailed, match="did not start"), site_proxy.environment(site):
        pass


def test_proxy_leaves_no_process_even_if_it_was_killed() -> None:
    name = f"left-over-{os.getpid()}.test"
    site = Site("staging", f"http://{name}", "127.0.0.1", disposable=True)

    with site_proxy.environment(site):
        until(lambda: len(list(_with_environment(name))) > 1)
        parts = sorted(_with_environment(name))
        os.kill(parts[0], signal.SIGKILL)

    assert all(map(ends, parts))


def _with_environment(text: str) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if text.encode() in (folder / "environ").read_bytes():
                yield int(folder.name)


def test_tests_of_a_junit_file_are_in_the_report(made: Made, tmp_path: Path) -> None:
    (tmp_path / "written.xml").write_text(JUNIT)

    report, error = run(
        made("mkdir -p e2e; cp written.xml e2e/junit.xml; exit 1", junit="e2e/junit.xml")
    )

    assert error
    opens, pays = report.attached["tests"]["e2e"]
    assert (opens["name"], opens["outcome"], opens["seconds"]) == ("opens", "passed", 1001.5)
    assert (pays["outcome"], pays["message"]) == ("failed", "no button")


@pytest.mark.parametrize("text", ["true", "echo '<testsuite><half' >junit.xml"])
def test_junit_file_that_is_missing_or_broken_is_a_warning(
    made: Made, tmp_path: Path, text: str
) -> None:
    """Not the one that an earlier run has left."""
    (tmp_path / "junit.xml").write_text(JUNIT)

    report, error = run(made(text, junit="junit.xml"))

    assert error is None
    assert "junit" in report.warnings[0]
    [test] = report.attached["tests"]["e2e"]
    assert (test["name"], test["outcome"]) == ("e2e", "passed")


def test_failed_command_shows_its_output(made: Made) -> None:
    report, error = run(made("echo AssertionError: no title; echo on stderr >&2; exit 3"))

    assert error
    assert error.summary == "e2e ended with 3 on staging"
    assert error.details == "AssertionError: no title\non stderr"
    [test] = report.attached["tests"]["e2e"]
    assert (test["outcome"], test["text"]) == ("failed", "AssertionError: no title\non stderr\n")


def test_missing_program_is_an_error_without_a_traceback(made: Made) -> None:
    _, error = run(made("", command=["no-such-program", "test"]))

    assert error
    assert "no-such-program can't be started" in error.summary


def test_hanging_command_ends_at_its_limit_with_all_that_it_started(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_process, "SECONDS_TO_END", 0.2)
    began = time.monotonic()

    _, error = run(made(f"{ESCAPES} sleep 60 & echo $! >child; echo waiting; sleep 60", timeout=1))

    assert time.monotonic() - began < 10
    assert error
    assert error.summary == "e2e has not ended after 1 s on staging"
    assert error.details == "waiting"
    assert ends(int((tmp_path / "child").read_text()))
    assert ends(int((tmp_path / "escaped").read_text()))


def test_command_that_passes_leaves_nothing_either(made: Made, tmp_path: Path) -> None:
    """A driver of a browser, say, that holds the output open."""
    report, error = run(made(f"{ESCAPES} while ! [ -s escaped ]; do sleep 0.02; done; echo passed"))

    assert error is None
    assert report.said == ["  e2e: passed"]
    assert ends(int((tmp_path / "escaped").read_text()))


def test_command_that_is_stopped_ends_at_once(made: Made, tmp_path: Path) -> None:
    suite = made("echo begun >begun; sleep 60")

    def stop() -> None:
        until((tmp_path / "begun").exists)
        suite.stop("host-tests failed")

    stopping = Thread(target=stop)
    stopping.start()
    report = FakeReport()
    with pytest.raises(Stopped, match="host-tests failed"):
        suite.run(report)
    stopping.join()
    assert report.attached == {}


def test_command_that_was_stopped_before_does_not_begin(made: Made, tmp_path: Path) -> None:
    suite = made("touch begun")
    suite.stop("host-tests failed")

    with pytest.raises(Stopped):
        suite.run(FakeReport())

    assert not (tmp_path / "begun").exists()


def test_command_runs_in_its_directory(made: Made, tmp_path: Path) -> None:
    (tmp_path / "e2e").mkdir()

    run(made("pwd >said", directory="e2e"))

    assert (tmp_path / "e2e/said").read_text().strip() == str(tmp_path / "e2e")
