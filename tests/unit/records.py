"""Sample records: a passed rehearsal, a failed one, an interrupted deploy, and odd ones."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

from tests.unit.fakes import FakeReport
from understudy.errors import StepFailed
from understudy.report.record import (
    Command,
    Failure,
    Phase,
    Record,
    State,
    Step,
    Verdict,
    with_texts,
)
from understudy.report.recorder import Recorder

SECRET = "hunter2 <\"&'> é"

DEPLOY = (
    Command("mkdir -p /srv/todo/releases/3f2a", "", 0.2, ok=True),
    Command("sh -euc 'tar -xz\nln -s a b\ncheck' sh", "unpacked 214 files", 1.4, ok=True),
)
STEPS = (
    Step("get the locked packages", 21.0, 4.1, True, ("12 of 12 are in the cache",)),
    Step("unpack release 3f2a91c0", 25.2, 6.3, True, (), DEPLOY),
    Step("migrate", 31.6, 12.0, True, ("1 migration to apply", "database backed up")),
    Step("start release 3f2a91c0", 44.0, 9.5, True, (), DEPLOY[:1]),
    Step("switch to release 3f2a91c0", 53.6, 0.4, True),
)
PHASES = (
    Phase(
        "up",
        "bring up the VM",
        State.PASSED,
        "",
        0,
        20,
        (Step("restore the snapshot", 0.1, 19.2, True),),
    ),
    Phase("deploy", "deploy the candidate under traffic", State.PASSED, "", 20.5, 34, STEPS),
    Phase(
        "data", "load the data pulled from production", State.SKIPPED, "no data was pulled", 54, 0
    ),
    Phase(
        "tests",
        "run the host and browser tests",
        State.PASSED,
        "",
        55,
        61,
        (
            Step("host tests on vagrant", 55, 22.5, True, ("14 passed",)),
            Step("browser tests on vagrant", 78, 37.9, True),
        ),
    ),
)
SAMPLES = [
    [at / 5, 0.018 + 0.011 * (at * 7 % 13) + (0.4 if 255 < at < 275 else 0), "page", "ok"]
    for at in range(400)
]
TESTS: dict[str, Any] = {
    "host": [
        {"name": "test_nginx_runs", "outcome": "passed", "seconds": 0.7, "message": "", "text": ""},
        {
            "name": "test_site_comes_back_after_a_reboot",
            "outcome": "skipped",
            "seconds": 0,
            "message": "only with --slow",
            "text": "",
        },
    ],
    "browser": [
        {"name": "test_logo[1.5]", "outcome": "passed", "seconds": 2, "message": "", "text": ""}
    ],
}
# As a site may send them: HTML that is wider than a phone, with a script and an image of another server.
MAILS = [
    {
        "subject": "Your order of 27 November 2026, which has a subject that fits on no line of a phone",
        "from": "The Shop <shop@shop.test>",
        "to": ["ann@example.com", "orders-of-the-whole-office@mail.example.com"],
        "at": "2026-11-27T22:11:20+00:00",
        "text": "Thank you.\nhttps://shop.test/orders/1?token=" + 80 * "x",
        "html": "<script>document.title = parent.document.title = 'broken out'</script>"
        "<img src='http://192.0.2.9/seen.png'><div style='width: 2000px'>Thank you.</div>",
        "links": ["https://shop.test/orders/1"],
        "attachments": [{"name": "invoice.pdf", "type": "application/pdf", "bytes": 12345}],
    },
    {
        "subject": "",
        "from": "",
        "to": ["ann@example.com"],
        "at": "2026-11-27T22:11:21+00:00",
        "text": "Text alone.",
        "html": "",
        "links": [],
        "attachments": [],
    },
]

PASSED = Record(
    verb="rehearse",
    target="vagrant",
    began="2026-03-04T05:06:07.123456+00:00",
    seconds=117.3,
    verdict=Verdict.PASSED,
    phases=PHASES,
    attachments={
        "mails": MAILS,
        "tests": TESTS,
        "pages": {"test_logo-1.5-": {}},
        "probes": [
            {
                "release": "3f2a91c0-00000000",
                "switched_at": 53.6,
                "samples": SAMPLES,
                "sent": 400,
                "lost": 0,
                "lost_by": {},
                "p99": 0.55,
            }
        ],
        "migrations": [["lists", "0001_initial", "applied"], ["lists", "0002_picture", "new"]],
        "drift": [],
        "receipt": {"predicateType": "https://example.com/rehearsal/v1", "subject": []},
    },
)

JOURNAL = """\
2026-03-04T05:06:53+00:00 vm run[812]: [2026-03-04 05:06:53] Booting worker with pid: 814
2026-03-04T05:06:54+00:00 vm run[814]: Traceback (most recent call last):
  File "/srv/todo/releases/3f2a/source/todo/wsgi.py", line 7, in <module>
ModuleNotFoundError: No module named 'markdown'
"""
ACCESS = (
    '192.0.2.1 - - [04/Mar/2026:05:06:55 +0000] "GET / HTTP/1.1" 502 150 '
    "0123456789abcdef0123456789abcdef\n"
)
ERRORS = (
    "2026/03/04 05:06:55 [error] 700#700: *1 connect() failed (111: Connection refused), "
    "request_id: 0123456789abcdef0123456789abcdef\n"
)
# Two web hosts that wait for each other, and a proxy after them. Their steps interleave.
HOSTS = ("203.0.113.7", "203.0.113.8", "203.0.113.5")
HOST_NAMES = {
    host: f"{host} ({role})" for host, role in zip(HOSTS, ("web", "web", "proxy"), strict=True)
}
READY = "wait until all hosts are ready"


def on_host(number: int, title: str, at: float, seconds: float, *, ok: bool = True) -> Step:
    lines = () if title.startswith("wait") else ("done",)
    host = HOSTS[number]
    return Step(f"{host}: {title}", at, seconds, ok, lines, host=host)


SEVERAL = Record(
    verb="deploy",
    target="production",
    began="2026-03-04T05:06:07.123456+00:00",
    seconds=20,
    verdict=Verdict.PASSED,
    phases=(
        Phase(
            "",
            "",
            State.PASSED,
            "",
            0,
            20,
            (
                Step("resolve the commit", 0, 0.5, True),
                on_host(0, "upload the release", 1, 2),
                on_host(1, "upload the release", 1, 4),
                on_host(0, "run 3 release commands", 3, 3),
                on_host(0, READY, 6, 4),
                on_host(1, "start release 3f2a91c0", 5, 5),
                on_host(1, READY, 10, 0),
                on_host(0, "switch to release 3f2a91c0", 10, 0.1),
                on_host(1, "switch to release 3f2a91c0", 10, 0.1),
                on_host(2, "upload the nginx and HAProxy files", 12, 3),
            ),
        ),
    ),
    attachments={"hosts": HOST_NAMES},
    app="shop",
    os="Debian GNU/Linux 12 (bookworm)",
    version="0.1.0",
)
SEVERAL_FAILED = replace(
    SEVERAL,
    verdict=Verdict.FAILED,
    error=Failure(f"production: {HOSTS[1]} failed", details="the app does not start"),
    phases=(
        replace(
            SEVERAL.phases[0],
            state=State.FAILED,
            steps=(
                on_host(0, "upload the release", 1, 2),
                on_host(1, "upload the release", 1, 4),
                on_host(0, READY, 6, 4, ok=False),
                on_host(1, "start release 3f2a91c0", 5, 5, ok=False),
            ),
        ),
    ),
)

FAILED = replace(
    PASSED,
    seconds=57.0,
    verdict=Verdict.FAILED,
    phases=(
        PHASES[0],
        replace(
            PHASES[1],
            state=State.FAILED,
            steps=(*STEPS[:3], replace(STEPS[3], ok=False, lines=("asked 40 times",))),
        ),
        replace(PHASES[3], state=State.SKIPPED, reason="the deploy failed", seconds=0, steps=()),
    ),
    warnings=("2 uncommitted changes are not deployed; what is deployed is commit 3f2a91c0",),
    error=Failure(
        "release 3f2a91c0 is not healthy; it never served a request",
        "the app imports markdown, which its lock file doesn't have",
        "health check: no socket\n--- journal ---\n" + JOURNAL,
        "Add markdown to requirements.in, compile requirements.txt, commit both.",
    ),
    attachments={
        "mails": MAILS[:1],
        "evidence": {"journal": JOURNAL, "nginx error": ERRORS, "nginx access": ACCESS},
        "probes": [
            {
                "release": "3f2a91c0-00000000",
                "switched_at": None,
                "samples": [
                    *SAMPLES[:90],
                    [18.2, 10, "post", "timeout"],
                    [18.4, 0.002, "page", "5xx"],
                ],
                "sent": 92,
                "lost": 2,
                "lost_by": {"timeout": 1, "5xx": 1},
                "p99": 10,
            }
        ],
        "tests": {
            "browser": [
                {
                    "name": "test_logo[1.5]",
                    "outcome": "failed",
                    "seconds": 2,
                    "message": "AssertionError: assert 0 > 0",
                    "text": "test_pages.py:31: AssertionError",
                }
            ]
        },
        "pages": {"test_logo-1.5-": {"source": "<h1>502</h1>", "console": "SEVERE 502"}},
        "drift": ["python: 3.11 here, 3.13 there"],
    },
)

NASTY = "</script><script>fail()</script> </pre> {{ 7 * 7 }} ]]> \x1b[31mred\x1b[0m \0 😀 \ud800"
LONG = "\n".join(f"line {number}" for number in range(5000))
EMPTY = Record("deploy", "production", "2026-03-04T05:06:07+00:00", 0.0, Verdict.INTERRUPTED)


def new_recorder(ticks: Iterator[float] | None = None) -> Recorder:
    clock = ticks or iter(count(100.0))
    return Recorder(
        FakeReport(), "deploy", "staging", "2026-03-04T05:06:07+00:00", lambda: next(clock)
    )


def odd() -> Record:
    recorder = new_recorder()
    with recorder.step(NASTY):
        recorder.ran(NASTY, LONG, 1, ok=False)
        for number in range(100):
            recorder.ran(f"ask {number}", "", 0.1, ok=False)
        for line in LONG.splitlines():
            recorder.detail(line)
    recorder.attach("evidence", {"journal": NASTY})
    recorder.error(StepFailed(NASTY, LONG, NASTY, NASTY))
    return recorder.record(Verdict.FAILED)


def nasty() -> Record:
    """A failed one with what could break out in each of its texts."""
    return with_texts(FAILED, lambda text: f"{text} {NASTY[:-1]}")


# The tests of three hosts: one fails on all of them for the same reason, one on one host.
PORTS = {
    "name": "test_only_wanted_ports_listen",
    "outcome": "failed",
    "seconds": 0.1,
    "message": "AssertionError: rpcbind listens at port 111 of {host}",
    "text": "tests/host/test_provisioned.py:86: in test_only_wanted_ports_listen\n"
    '    assert not unwanted, "; ".join(unwanted)\n'
    "E   AssertionError: rpcbind listens at port 111 of {host}\n"
    "E   assert not ['rpcbind listens at port 111 of {host}']",
}


def results_of(host: str) -> list[dict[str, object]]:
    passed = {"outcome": "passed", "seconds": 0.4, "message": ""}
    failed = {
        key: value.replace("{host}", host) if isinstance(value, str) else value
        for key, value in PORTS.items()
    }
    return [*({"name": f"test_{name}", **passed} for name in ("sudo", "users", "disk")), failed]


SEVERAL_TESTED = Record(
    verb="verify",
    target="production",
    began="2026-03-04T05:06:07.123456+00:00",
    seconds=49.8,
    verdict=Verdict.FAILED,
    phases=(
        Phase(
            "",
            "",
            State.FAILED,
            "",
            0,
            49.8,
            tuple(
                on_host(number, "run the host tests on production", 1 + 12 * number, 10, ok=False)
                for number in range(3)
            ),
        ),
    ),
    error=Failure(
        f"production: {', '.join(HOST_NAMES.values())} failed",
        details="\n".join(
            f"{name}: failed: the host tests failed on production\n"
            f"  {PORTS['name']}: rpcbind listens at port 111"
            for name in HOST_NAMES.values()
        ),
    ),
    attachments={
        "hosts": HOST_NAMES,
        "tests": {f"host {host}": results_of(host) for host in HOSTS},
    },
    app="shop",
    os="Debian GNU/Linux 12 (bookworm)",
    version="0.1.0",
)
