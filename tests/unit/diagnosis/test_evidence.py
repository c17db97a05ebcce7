"""What is gathered when a step fails, and how the error then names its cause."""

from dataclasses import replace

import pytest

from tests.unit.fakes import FakeConnection, printed
from tests.unit.staging import Staging
from understudy.diagnosis import evidence
from understudy.diagnosis.causes.checks import on_host, setting
from understudy.diagnosis.explain import explained
from understudy.diagnosis.rules import Clue, Rule
from understudy.errors import ConfigError, Refused, StepFailed, Unreachable

LOGS = """--- host ---
os Debian GNU/Linux 12 (bookworm)
python3.11
--- journal ---
gunicorn: KeyError: 'COLOUR'
--- nginx error ---
--- nginx access ---
192.0.2.1 - - "GET / HTTP/1.1" 500
"""
RULES = (
    Rule(
        "colour",
        (Clue("said", r"KeyError: '(?P<name>\w+)'"),),
        "{name} is not set",
        "Set {name}: {run} secrets set {name}{on}.",
        (setting("workers", lambda workers, groups: workers == 2),),
    ),
    Rule(
        "redis",
        (Clue("said", "Error 111"),),
        "no Redis",
        "",
        (on_host("port", "6379", "no"),),
    ),
)


@pytest.fixture(autouse=True)
def _rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "RULES", RULES)


@pytest.fixture
def staging(monkeypatch: pytest.MonkeyPatch) -> Staging:
    staging = Staging(hosts={"deploy": FakeConnection({"journalctl": printed(LOGS)})})
    monkeypatch.setattr(evidence, "SshConnection", staging.connect)
    return staging


def test_error_gets_its_cause_and_the_fix_before_its_own_hint(staging: Staging) -> None:
    with pytest.raises(StepFailed) as caught, explained(staging.job()):
        raise StepFailed("start: failed", hint="The old release is still live.")
    assert caught.value.cause == "COLOUR is not set"
    assert caught.value.hint == (
        "Set COLOUR: python deploy.py secrets set COLOUR --target staging.\n"
        "The old release is still live."
    )


def test_mistake_in_deploy_yml_is_its_own_cause_and_gets_one_hint(staging: Staging) -> None:
    with pytest.raises(ConfigError) as caught, explained(staging.job()):
        raise ConfigError("COLOUR is not set", hint="Set it.")

    assert caught.value.cause == ""
    assert caught.value.hint == "Set COLOUR: python deploy.py secrets set COLOUR --target staging."


def test_broken_links_are_found_in_the_access_log(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = Rule("dead-end", (Clue("dead ends", r"^POST (?P<path>\S+) 404$"),), "{path}", "")
    monkeypatch.setattr(evidence, "RULES", (rule,))
    gone = [
        f'"{request}" {status} 0 "http://todo.test/" "Mozilla/5.0"\n'
        for request, status in (
            ("POST /lists/6/delete HTTP/1.1", 302),
            ("GET / HTTP/1.1", 200),
            ("POST /lists/6/delete HTTP/1.1", 404),
        )
    ]
    logs = printed(f"--- nginx access ---\n{''.join(gone)}")
    staging.hosts["deploy"] = FakeConnection({"journalctl": logs})

    with pytest.raises(StepFailed) as caught, explained(staging.job()):
        raise StepFailed("browser tests: failed")
    assert caught.value.cause == "/lists/6/delete"


def test_log_of_the_host_is_attached_to_the_report(staging: Staging) -> None:
    with pytest.raises(StepFailed), explained(staging.job()):
        raise StepFailed("x")
    logs = staging.report.attached["evidence"]
    assert list(logs) == ["host", "journal", "nginx error", "nginx access"]
    assert logs["nginx error"] == ""
    assert "500" in logs["nginx access"]


def test_host_is_asked_once_for_all_possible_causes(staging: Staging) -> None:
    answers = {"journalctl": printed(LOGS), "getent": printed("port\t6379\tno\n")}
    host = staging.hosts["deploy"] = FakeConnection(answers)

    with pytest.raises(StepFailed) as caught, explained(staging.job({"workers": 1})):
        raise StepFailed("start: failed", "redis: Error 111")

    assert caught.value.cause == "no Redis"
    assert len([note for note in host.notes if "getent" in note]) == 1


def test_cause_is_not_confirmed_without_the_host(staging: Staging) -> None:
    staging.hosts["deploy"] = Unreachable("gone")

    with pytest.raises(StepFailed) as caught, explained(staging.job()):
        raise StepFailed("start: failed", "==> python manage.py migrate\nredis: Error 111")

    assert caught.value.cause == "could not be confirmed: no Redis"
    assert "No cause is confirmed" in caught.value.details
    assert "command: python manage.py migrate" in caught.value.details
    (cause,) = staging.report.attached["causes"]["causes"]
    assert (cause["rule"], cause["confirmed"]) == ("redis", False)


def test_unreachable_host_does_not_hide_the_cause(staging: Staging) -> None:
    staging.hosts["deploy"] = Unreachable("gone")
    with pytest.raises(StepFailed) as caught, explained(staging.job()):
        raise StepFailed("start: failed", "KeyError: 'SIZE'")
    assert caught.value.cause == "SIZE is not set"


def test_error_without_a_matching_rule_is_unchanged(staging: Staging) -> None:
    staging.hosts["deploy"] = Unreachable("gone")
    with pytest.raises(StepFailed) as caught, explained(staging.job()):
        raise StepFailed("start: failed", hint="h")
    assert (caught.value.cause, caught.value.hint) == ("", "h")


def test_refusal_is_not_explained(staging: Staging) -> None:
    with pytest.raises(Refused) as caught, explained(staging.job()):
        raise Refused("a lock is held", "KeyError: 'SIZE'")
    assert caught.value.cause == ""
    assert not staging.report.attached


@pytest.mark.parametrize("output", ["", "sh: not found\n", "--- journal ---\n"])
def test_log_that_was_cut_off_is_empty(output: str) -> None:
    assert "".join(evidence.parse_logs(output).values()) == ""


def test_traceback_in_the_journal_is_joined() -> None:
    before = "2026-11-22T17:45:10+00:00 todo run[51]: "
    traceback = 'Traceback:\n  File "x.py", line 2\n    1 / 0\n\nZeroDivisionError: by zero: 0\n'
    journal = "".join(f"{before}{line}\n" for line in traceback.splitlines())

    assert evidence.messages(journal, "/health") == traceback
    assert evidence.messages(traceback, "/health") == traceback


def test_log_of_other_requests_counts_only_if_nothing_else_explains_the_error(
    staging: Staging,
) -> None:
    with pytest.raises(StepFailed) as caught, explained(staging.job(), busy=True):
        raise StepFailed("start: failed", "KeyError: 'SIZE'")
    assert caught.value.cause == "SIZE is not set"
    with pytest.raises(StepFailed) as caught, explained(staging.job(), busy=True):
        raise StepFailed("start: failed")
    assert caught.value.cause == "COLOUR is not set"


def test_refusal_of_the_probers_post_is_no_evidence() -> None:
    journal = (
        "2026-01-01T00:00:00+0000 vm run[1]: WARNING Forbidden (CSRF cookie not set.): /health\n"
        "2026-01-01T00:00:01+0000 vm run[1]: WARNING Forbidden (CSRF cookie not set.): /lists\n"
    )
    assert evidence.messages(journal, "/health") == (
        "WARNING Forbidden (CSRF cookie not set.): /lists\n"
    )


@pytest.mark.parametrize(
    ("error", "host", "python"),
    [
        ("can't be had as wheels for Python 3.11.2 on x86_64", "", "3.11.2"),
        (
            "can't be had as wheels for Python 3.11 on x86_64",
            "os Debian\npython 3.13.5\n",
            "3.13.5",
        ),
        ("no module", "os Debian\npython 3.13.5\n", "3.13.5"),
        ("no module", "", ""),
    ],
)
def test_python_of_the_host_is_known_from_its_answer_or_from_the_error(
    error: str, host: str, python: str
) -> None:
    assert evidence.host_python(error, host) == python


def test_logs_of_one_of_several_hosts_are_attached_with_its_address(staging: Staging) -> None:
    job = staging.job(addresses=["192.0.2.7", "192.0.2.8"])
    with pytest.raises(StepFailed), explained(replace(job, address="192.0.2.8")):
        raise StepFailed("x")
    assert staging.report.attached["evidence host"] == "192.0.2.8"
