"""The journals of all hosts of a target are shown together; a host that fails hides no line of another."""

import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from tests.unit.fakes import TOP, FakeReport, config
from understudy.cli import logs
from understudy.cli.logs import Wanted
from understudy.commands import Argv, nginx_logs
from understudy.errors import ConfigError, StepFailed, UnderstudyError, Unreachable
from understudy.host import all_hosts, audit
from understudy.job import Job
from understudy.paths import Project

A, B = "192.0.2.7", "192.0.2.8"
NOON = 1706788800


def entry(second: int, text: str, unit: str = "shop@r1.service") -> str:
    time = f"{(NOON + second) * 1_000_000}"
    return json.dumps({"__REALTIME_TIMESTAMP": time, "MESSAGE": text, "_SYSTEMD_UNIT": unit})


Show = Callable[..., FakeReport]


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Show:
    """Shows the logs of hosts through a fake ssh. answers: address -> a script that runs there."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("TZ", "UTC")

    def run(wanted: Wanted, report: FakeReport | None = None, **answers: str) -> FakeReport:
        report = report or FakeReport()
        cases = "\n".join(f"*{host}*)\n{script}\n;;" for host, script in answers.items())
        ssh = tmp_path / "ssh"
        ssh.write_text(f'#!/bin/sh\necho "$@" >>"$0.argv"\ncase "$*" in\n{cases}\nesac\n')
        ssh.chmod(0o755)
        job = job_of(report, tuple(answers))
        logs.logs(job, all_hosts.jobs(job), wanted)
        return report

    return run


def job_of(report: FakeReport, addresses: tuple[str, ...]) -> Job:
    where = {"addresses": addresses} if len(addresses) > 1 else {"address": addresses[0]}
    site = config(
        target=where,
        processes={"worker": {"command": "worker"}},
        timers={"prune": {"command": "prune", "calendar": "daily"}},
        services={"redis": {}, "memcached": {"url_from": "CACHE"}},
    )
    return Job(Project(TOP, TOP / "deploy.yml"), site, "staging", report)


def say(*lines: str) -> str:
    return "\n".join(f"cat <<'LINE'\n{line}\nLINE" for line in lines)


def test_lines_of_all_hosts_come_by_time_each_with_its_host_and_process(show: Show) -> None:
    report = show(
        Wanted(),
        **{
            A: say(entry(1, "one"), entry(3, "three", "shop-worker@r1.2.service")),
            B: say(entry(2, "two", "nginx.service"), "no entry"),
        },
    )

    assert report.said == [
        "2024-02-01 12:00:01 web: one",
        "2024-02-01 12:00:02 nginx: two",
        "2024-02-01 12:00:03 worker: three",
    ]
    assert [value["host"] for _, value in report.results] == [A, B, A]
    assert report.results[0] == (
        "log",
        {
            "at": "2024-02-01T12:00:01.000Z",
            "host": A,
            "process": "web",
            "text": "one",
            "priority": 6,
        },
    )


def test_last_lines_are_those_of_all_hosts_together(show: Show) -> None:
    answers = {A: say(entry(1, "a"), entry(4, "d")), B: say(entry(2, "b"), entry(3, "c"))}

    said = show(Wanted(lines=3), **answers).said

    assert [line[-1] for line in said] == ["b", "c", "d"]


def test_lines_that_follow_come_by_time_too(show: Show) -> None:
    answers = {A: say(entry(1, "a"), entry(4, "d")), B: say(entry(2, "b"), entry(3, "c"))}

    said = show(Wanted(follow=True), **answers).said

    assert [line[-1] for line in said] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("follow", [False, True])
def test_host_that_is_not_reached_hides_no_line_of_another(follow: bool, show: Show) -> None:
    report = FakeReport()

    with pytest.raises(Unreachable) as raised:
        show(
            Wanted(follow=follow),
            report,
            **{A: "echo 'Connection refused' >&2; exit 255", B: say(entry(1, "here"))},
        )

    assert report.said == ["2024-02-01 12:00:01 web: here"]
    assert raised.value.exit_code == 4
    assert "Connection refused" in raised.value.details
    assert raised.value.hint.endswith("python deploy.py provision --target staging")


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("exit 255", Unreachable),
        ("echo 'Bad pattern' >&2; exit 1", StepFailed),
        ("exit 1", None),
    ],
    ids=["no connection", "journalctl", "no line that matches"],
)
def test_failure_of_the_only_host_is_the_error(
    script: str, error: type[UnderstudyError] | None, show: Show
) -> None:
    if error is None:
        assert show(Wanted(grep="x"), **{A: script}).said == []
        return
    with pytest.raises(error):
        show(Wanted(), **{A: script})


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(), "-u 'shop@*' -u 'shop-worker@*' -u shop-prune.service -u nginx -n 50 -o json"),
        (Wanted(process="worker"), "-u 'shop-worker@*' -n 50"),
        (Wanted(process="prune"), "-u shop-prune.service -n"),
        (Wanted(process="web"), "-u 'shop@*' -n"),
        (Wanted(process="redis"), "-u understudy-redis@shop.service -n"),
        (Wanted(process="nginx"), "-u nginx -n"),
        (Wanted(lines=7, follow=True), "-n 7"),
        (Wanted(grep="a b"), "'--grep=a b'"),
        (Wanted(since=datetime.fromtimestamp(NOON, UTC)), f"-n all --since @{NOON}"),
        (Wanted(lines=3, since=datetime.fromtimestamp(NOON, UTC)), f"-n 3 --since @{NOON}"),
        (Wanted(since="deploy"), f"-n all --since @{NOON}"),
    ],
)
def test_host_prints_only_what_is_wanted(
    wanted: Wanted, words: str, show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "last_deploy", lambda _: datetime.fromtimestamp(NOON, UTC))

    show(wanted, **{A: ""})

    argv = (tmp_path / "ssh.argv").read_text()
    assert f" {words} " in argv
    assert "-o ServerAliveInterval=10 " in argv, "a host that is gone without a word is noticed"
    assert (" -f\n" in argv) == wanted.follow


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("beat", "deploy.yml has no process, timer or service called beat"),
        ("memcached", "memcached is managed elsewhere, and so are its logs"),
    ],
)
def test_name_that_no_host_has_is_refused_with_those_that_it_has(
    name: str, message: str, show: Show
) -> None:
    with pytest.raises(ConfigError, match=message) as raised:
        show(Wanted(process=name), **{A: "exit 255"})

    assert raised.value.hint.endswith("web, worker, prune, redis, nginx")


REFUSED = "[error] 7#7: *1 connect() failed"


def test_nginx_files_come_between_the_lines_of_the_journal(show: Show) -> None:
    report = show(
        Wanted(),
        **{
            A: f'case "$*" in *journalctl*) {say(entry(1, "one"), entry(3, "three"))}\n;;\n'
            f"*) printf '%s\\t%s\\n' {NOON + 2} '2024/02/01 12:00:02 {REFUSED}' ;; esac"
        },
    )

    assert report.said == [
        "2024-02-01 12:00:01 web: one",
        f"2024-02-01 12:00:02 nginx: {REFUSED}",
        "2024-02-01 12:00:03 web: three",
    ]
    assert [value["priority"] for _, value in report.results] == [6, 3, 6]


@pytest.mark.parametrize(
    ("process", "names"),
    [(None, ["error"]), ("nginx", ["error", "access"]), ("web", None), ("redis", None)],
)
def test_files_that_are_read_of_each_name(
    process: str | None, names: list[str] | None, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    real = nginx_logs.read

    def reading(files: Sequence[PurePosixPath], **choice: Any) -> Argv:
        read.append(files)
        return real(files, **choice)

    monkeypatch.setattr(nginx_logs, "read", reading)

    show(Wanted(process=process), **{A: ""})

    wanted = [[PurePosixPath(f"/var/log/nginx/shop.{name}.log") for name in names]] if names else []
    assert read == wanted


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Wanted(grep="x y"), "no line matches 'x y'"),
        (
            Wanted(grep="x", process="web", since=datetime.fromtimestamp(NOON, UTC)),
            "no line of web matches 'x' since 2024-02-01 12:00",
        ),
        (Wanted(since="deploy"), "no line since the last deploy"),
        (Wanted(process="worker"), "there is no line of worker yet"),
    ],
)
def test_no_line_is_said(
    wanted: Wanted, message: str, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "last_deploy", lambda _: datetime.fromtimestamp(NOON, UTC))

    report = show(wanted, **{A: "exit 1"})

    assert (report.said, report.warnings) == ([], [message])


def test_each_host_is_asked_once_for_its_last_deploy(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def last_deploy(job: Job) -> datetime:
        asked.append(job.target.address)
        return datetime.fromtimestamp(NOON, UTC)

    monkeypatch.setattr(audit, "last_deploy", last_deploy)

    show(Wanted(since="deploy"), **{A: "", B: ""})

    assert sorted(map(str, asked)) == [A, B]


def test_host_that_is_lost_is_said_at_once_and_once(show: Show) -> None:
    report = FakeReport()

    with pytest.raises(Unreachable, match="failed") as raised:
        show(
            Wanted(follow=True, process="nginx"),
            report,
            **{A: "echo; exit 255", B: f"sleep 1\n{say(entry(1, 'here'))}"},
        )

    lost = f"the connection to {A} was lost"
    assert report.warnings == [f"{lost}; the lines of the other hosts continue"]
    assert lost in raised.value.details
    assert "provision" not in raised.value.hint


def test_message_of_bytes_and_of_several_lines(show: Show) -> None:
    odd: dict[str, Any] = json.loads(entry(1, ""))
    lines = [json.dumps({**odd, "MESSAGE": text}) for text in ([195, 164, 255], "a\nb")]

    said = show(Wanted(process="web"), **{A: say(*lines)}).said

    assert [line.partition("12:00:01 ")[2] for line in said] == ["ä�", "a", "b"]


def test_ctrl_c_ends_the_logs_without_a_message(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = FakeReport()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(report, "result", interrupt)

    with pytest.raises(SystemExit) as raised:
        show(Wanted(follow=True), report, **{A: f"{say(entry(1, 'a'))}\nexec sleep 60"})

    assert raised.value.code == 130
