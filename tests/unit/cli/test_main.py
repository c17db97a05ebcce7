"""What a user or a script gets from the command line: output and exit codes."""

import json
from argparse import Namespace
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from tests.unit.fakes import TOP, well
from understudy.cli import known_host, look, main, printers, reports
from understudy.cli.called import INSTALLED
from understudy.cli.verbs import vm
from understudy.deploy import rollout
from understudy.errors import (
    INTERRUPTED,
    ConfigError,
    LoginRefused,
    Refused,
    StepFailed,
    Unreachable,
)
from understudy.host import provision, status
from understudy.job import Job
from understudy.paths import find_project
from understudy.receipts import issue
from understudy.rehearsal import run as rehearsal_run
from understudy.rehearsal import verify
from understudy.report.record import Record

pytestmark = pytest.mark.usefixtures("no_reports")

ERRORS = [
    (StepFailed("migrate: failed", "the log", "fix it"), 1),
    (ConfigError("deploy.yml has 1 mistake"), 2),
    (Refused("another deploy is at work"), 3),
    (Unreachable("no SSH connection"), 4),
    (LoginRefused("this user's key is not accepted"), 4),
]


def fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def preview(_: object) -> None:
        raise error

    monkeypatch.setattr(rollout, "plan", preview)


@pytest.mark.parametrize(("error", "code"), ERRORS)
def test_the_exit_code_says_which_kind_of_error_it_is(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(error, monkeypatch)

    assert main.main(["plan"], TOP) == code

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert "Traceback" not in err


@pytest.mark.parametrize(("error", "code"), ERRORS)
def test_with_json_an_error_is_one_object(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(error, monkeypatch)

    assert main.main(["plan", "--json"], TOP) == code

    [line] = capsys.readouterr().out.splitlines()
    event = json.loads(line)
    assert (event["event"], event["exit_code"]) == ("error", code)
    assert event["summary"] in str(error)


@pytest.mark.parametrize(
    "words", [["plan", "--config", "a b.yml"], ["--config", "a b.yml", "plan"]]
)
def test_a_hint_names_commands_with_the_config_of_this_run(
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    (tmp_path / "a b.yml").write_text((TOP / "deploy.yml").read_text())
    monkeypatch.chdir(tmp_path)
    fail_with(
        Refused("no", hint="python deploy.py up, or python deploy.py --config x down"), monkeypatch
    )

    assert main.main(words, TOP) == 3

    hint = "try: python deploy.py --config 'a b.yml' up, or python deploy.py --config x down"
    assert hint in capsys.readouterr().err


@pytest.mark.parametrize("words", [["plan"], ["verify", "--target", "production"]])
def test_messages_name_commands_as_the_user_calls_them(
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In errors, in other lines, and in the record of the run."""
    kept: list[Record] = []

    def fake(job: Job, **_: object) -> None:
        job.report.say("`python deploy.py status` shows it")
        raise Refused("no", cause="python deploy.py ran", hint="python deploy.py --config x up")

    monkeypatch.setattr(rollout, "plan", fake)
    monkeypatch.setattr(verify, "verify", fake)
    monkeypatch.setattr(reports, "write", lambda project, record, *_: kept.append(record))

    main.main(words, TOP, INSTALLED)

    shown = "".join(capsys.readouterr())
    assert "deploy.py" not in shown
    for line in ("`understudy status` shows it", "understudy ran", "understudy --config x up"):
        assert line in shown
    assert "deploy.py" not in str(kept)


def test_hint_is_about_the_target_that_the_command_was_about(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    others = "python deploy.py rollback --target a --to b; run python deploy.py up"
    hint = f"`python deploy.py restore` lists them; {others}"
    fail_with(Refused("no", hint=hint), monkeypatch)

    assert main.main(["plan", "--target", "production"], TOP) == 3

    shown = f"try: `python deploy.py restore --target production` lists them; {others}"
    assert shown in capsys.readouterr().err


@pytest.mark.parametrize("error", [ZeroDivisionError("a bug"), FileNotFoundError(2, "No", "x")])
def test_a_bug_is_not_hidden(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(error, monkeypatch)

    with pytest.raises(type(error)):
        main.main(["plan"], TOP)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (PermissionError(13, "Permission denied", "/p/.understudy/vm"), "`ls -la /p/.understudy`"),
        (OSError(28, "No space left on device"), "the disk of this machine is full: /"),
        (OSError(28, "No space left on device", "/p/x/file"), "is full: /p/x has 0 MiB free"),
    ],
)
def test_an_error_of_the_local_disk_is_no_bug(
    error: OSError,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fail_with(error, monkeypatch)

    assert main.main(["plan"], TOP) == 1

    err = capsys.readouterr().err
    assert str(error) in err
    assert message in err


def test_an_interrupted_run_says_how_to_continue(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(KeyboardInterrupt(), monkeypatch)

    assert main.main(["plan"], TOP) == 130

    assert "the same command continues" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["deploy", "--target", "prod"],
        ["ssh", "--target", "prod"],
        ["capture", "--target", "prod"],
        ["drift", "--target", "prod"],
        ["drift", "--between", "prod", "capture"],
        ["drift", "--between", "code", "prod"],
    ],
)
def test_an_unknown_target_is_refused_before_anything_is_done(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(words, TOP) == 2

    assert "vagrant, production" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["plan", "status", "logs", "doctor", "verify", "rehearse"])
def test_every_verb_reports_a_missing_deploy_yml(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main([verb, "--config", str(tmp_path / "none.yml")], TOP) == 2

    assert "none.yml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "verdict"),
    [(None, "passed"), (StepFailed("no"), "failed"), (KeyboardInterrupt(), "interrupted")],
)
def test_a_run_is_recorded_however_it_ends(
    error: BaseException | None, verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Record] = []

    def fake(job: Job, **_: object) -> None:
        job.report.say("begun")
        if error:
            raise error

    monkeypatch.setattr(verify, "verify", fake)
    monkeypatch.setattr(reports, "write", lambda project, record, *_: kept.append(record))

    main.main(["verify", "--target", "production"], TOP)

    [record] = kept
    assert (record.verb, record.target, record.verdict) == ("verify", "production", verdict)
    assert record.phases[0].lines == ("begun",)
    assert (record.error is not None) is (verdict == "failed")


@pytest.mark.parametrize(("words", "expected"), [([], []), (["--unsigned"], ["unsigned"])])
def test_a_rehearsal_is_signed_except_with_unsigned(
    words: list[str], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def without_key(job: Job) -> Job:
        calls.append("unsigned")
        return job

    monkeypatch.setattr(issue, "without_key", without_key)
    monkeypatch.setattr(rehearsal_run.Rehearsal, "run", lambda _: None)
    monkeypatch.setattr(reports, "write", lambda *_: None)
    monkeypatch.setattr(vm, "vm_of", lambda *_: MagicMock())

    assert main.main(["rehearse", *words], TOP) == 0

    assert calls == expected


@pytest.mark.parametrize(
    "words", [["status"], ["provision", "--check"], ["provision", "--dry-run"]]
)
def test_a_verb_that_changes_nothing_writes_no_report(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[object] = []
    monkeypatch.setattr(reports, "write", lambda *given: kept.append(given))
    monkeypatch.setattr(status, "status", lambda job, **_: well())
    monkeypatch.setattr(provision, "check", lambda job: None)

    assert main.main(words, TOP) == 0

    assert kept == []


@pytest.mark.parametrize(
    ("words", "called"), [(["report"], "open_latest"), (["report", "--list"], "list_reports")]
)
def test_report_opens_the_latest_or_lists_all(
    words: list[str], called: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    for name in ("open_latest", "list_reports"):
        monkeypatch.setattr(reports, name, lambda *_, name=name: calls.append(name))

    assert main.main(words, TOP) == 0

    assert calls == [called]


def test_the_process_ends_with_the_exit_code_and_is_not_searched_for_garbage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(main, "main", lambda *_: 3)
    monkeypatch.setattr("gc.set_threshold", lambda _: calls.append("rarely"))
    monkeypatch.setattr("gc.freeze", lambda: calls.append("not at the end"))

    with pytest.raises(SystemExit) as raised:
        main.run_process(["status"], TOP)

    assert raised.value.code == 3
    assert calls == ["rarely", "not at the end"]


@pytest.mark.parametrize(
    ("place", "words", "warned"),
    [("other", [], True), ("other", ["--config=x"], False), ("this/below", [], False)],
)
def test_deploy_py_of_another_project_says_which_it_is(
    place: str, words: list[str], warned: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("this/below", "other"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("this", "other"):
        (tmp_path / name / "deploy.yml").touch()

    called, here = find_project(tmp_path / "this"), find_project(tmp_path / place)
    main.warn_of_another_project(called, here, ["up", *words])

    expected = f"! this is the project in {tmp_path}/this, whose deploy.py was called; {tmp_path}/other has"
    assert capsys.readouterr().err.startswith(expected) is warned


def test_ctrl_c_before_a_verb_has_begun_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(known_host, "KnownHost", interrupted)

    assert main.main(["status"], TOP) == INTERRUPTED

    assert capsys.readouterr().err == "interrupted\n"


def test_only_verbs_that_look_at_one_host_connect_before_they_read_deploy_yml(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    approached: list[str] = []

    def approach(options: Namespace, _: object) -> MagicMock:
        approached.append(options.verb)
        return MagicMock()

    monkeypatch.setattr(known_host, "KnownHost", approach)
    monkeypatch.setattr(rollout, "plan", lambda _: None)
    monkeypatch.setattr(rollout, "deploy", lambda _, **__: None)
    monkeypatch.setattr(look.Look, "is_repeated", lambda *_: True)

    for verb in ("plan", "deploy", "status"):
        assert main.main([verb], TOP) == 0

    assert approached == ["deploy", "status"]


@pytest.mark.parametrize(
    ("words", "summary"),
    [
        ("plan --json --tarket x", "plan has no option --tarket, did you mean --target?"),
        ("--json deplay", "unknown verb: deplay, did you mean deploy?"),
        ("init --json --target x", "init has no option --target"),
        ("plan --wat --json", "plan has no option --wat"),
    ],
)
def test_with_json_a_wrong_command_line_is_an_event(
    words: str, summary: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        main.main(words.split(), TOP)

    [line] = capsys.readouterr().out.splitlines()
    event = json.loads(line)
    assert (raised.value.code, event["exit_code"]) == (2, 2)
    assert event["summary"].startswith(summary.partition(",")[0])
    assert event["hint"]


def test_json_alone_is_an_event_and_no_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main.main(["--json"], TOP)

    assert raised.value.code == 2
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line)["summary"] == "there is no verb"


def test_json_of_a_command_is_not_ours(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main.main(["run", "--wat", "--", "app", "--json"], TOP)

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("verb", ["ssh", "console", "run true", "timers run prune"])
def test_verb_that_passes_on_what_others_print_refuses_json(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *words = verb.split()
    line = [name, "--json", *words] if name != "timers" else ["timers", "run", "prune", "--json"]

    assert main.main(line, TOP) == 2

    [printed] = capsys.readouterr().out.splitlines()
    assert "takes no --json" in json.loads(printed)["summary"]


@pytest.mark.parametrize("json_option", [(), ("--json",)])
def test_missing_package_is_named(
    json_option: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fail_with(ModuleNotFoundError("no", name="rich.console"), monkeypatch)

    assert main.main(["plan", *json_option], TOP) == 4

    shown = capsys.readouterr()
    said = json.loads(shown.out)["summary"] if json_option else shown.err
    assert "the Python package rich.console is not installed" in said


def test_connection_is_begun_before_what_prints_is_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[str] = []

    def begin(what: str) -> Callable[..., AbstractContextManager[MagicMock]]:
        def opened(*_: object) -> AbstractContextManager[MagicMock]:
            begun.append(what)
            return nullcontext(MagicMock())

        return opened

    monkeypatch.setattr(known_host, "approached", begin("connection"))
    monkeypatch.setattr(printers, "opened", begin("report"))
    monkeypatch.setattr(main, "_run_with_messages", lambda *_: 0)

    main.main(["status"], TOP)

    assert begun == ["connection", "report"]
