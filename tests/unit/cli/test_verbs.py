"""Each verb passes its options on to the function that does its work."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.unit.fakes import TOP
from understudy.cli import main, open_site, run, shell
from understudy.cli.verbs import vm
from understudy.deploy import rollout
from understudy.host import provision

pytestmark = pytest.mark.usefixtures("no_reports", "vm_has_an_address")


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ([], ()),
        (["ls", "-l", "a b"], ("ls", "-l", "a b")),
        (["--", "ls", "--help"], ("ls", "--help")),
        (["systemctl", "--", "x"], ("systemctl", "--", "x")),
    ],
)
def test_ssh_passes_on_the_words_of_a_command(
    words: list[str], command: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(shell, "ssh", lambda *given: called.extend(given))

    assert main.main(["ssh", "--target", "production", *words], TOP) == 0

    job, passed_on = called
    assert (job.target_name, passed_on) == ("production", command)


RUN = ("python", "manage.py", "migrate", "--plan")


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("run -- python manage.py migrate --plan", ("run.run", "vagrant", "run", RUN)),
        ("run python manage.py migrate --plan", ("run.run", "vagrant", "run", RUN)),
        ("run --target production -- -x -- y", ("run.run", "production", "run", ("-x", "--", "y"))),
        ("console", ("run.run", "vagrant", "console", ("python", "manage.py", "shell"))),
    ],
)
def test_run_passes_on_the_words_of_a_command(
    line: str, called: Sequence[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(
        run, "run", lambda job, *given: calls.extend(("run.run", job.target_name, *given))
    )

    assert main.main(line.split(), TOP) == 0

    assert tuple(calls) == called


@pytest.mark.parametrize("words", [["run"], ["run", "--"]])
def test_run_without_a_command_is_exit_code_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(words, TOP) == 2

    assert "run needs a command" in capsys.readouterr().err


DEPLOY = {"probe": False, "wait": 0, "without_rehearsal": None}
ROLLBACK = {"with_data": False, "anyway": False, "probe": False, "wait": 0, "gate": None}


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("deploy", [("deploy.rollout.deploy", "vagrant"), DEPLOY]),
        (
            "deploy --probe --wait 7",
            [("deploy.rollout.deploy", "vagrant"), {**DEPLOY, "probe": True, "wait": 7}],
        ),
        (
            "deploy --without-rehearsal fire",
            [("deploy.rollout.deploy", "vagrant"), {**DEPLOY, "without_rehearsal": "fire"}],
        ),
        ("releases --target production", [("deploy.rollback.releases", "production")]),
        ("rollback", [("deploy.rollback.rollback", "vagrant", None), ROLLBACK]),
        ("rollback --to r1", [("deploy.rollback.rollback", "vagrant", "r1"), ROLLBACK]),
        (
            "rollback --probe --wait 7",
            [("deploy.rollback.rollback", "vagrant", None), {**ROLLBACK, "probe": True, "wait": 7}],
        ),
        (
            "rollback --with-data --yes",
            [
                ("deploy.rollback.rollback", "vagrant", None),
                {**ROLLBACK, "with_data": True},
            ],
        ),
        ("rollback --yes", [("deploy.rollback.rollback", "vagrant", None), ROLLBACK]),
        (
            "rollback --anyway",
            [("deploy.rollback.rollback", "vagrant", None), {**ROLLBACK, "anyway": True}],
        ),
        ("remove --yes", [("host.remove.remove", "vagrant"), {"with_data": False}]),
        (
            "remove --with-data --yes --target production",
            [("host.remove.remove", "production"), {"with_data": True}],
        ),
        ("backup --wait 7", [("host.backups.backup", "vagrant", 7)]),
        ("backup --off-host", [("host.off_host.backup", "vagrant")]),
        ("restore", [("host.backups.backups", "vagrant")]),
        (
            "restore b1 --off-host --yes",
            [
                ("host.off_host.check", "vagrant", "b1"),
                ("host.off_host.fetch", "vagrant", "b1"),
                ("deploy.restore.restore", "vagrant", "b1", 0),
            ],
        ),
        ("restore b1 --yes --wait 7", [("deploy.restore.restore", "vagrant", "b1", 7)]),
        ("data pull", [("data.pull.pull", "production")]),
        ("data pull --from vagrant", [("data.pull.pull", "vagrant")]),
        ("capture", [("parity.capture_host.capture", "production", "production")]),
        ("capture --target vagrant", [("parity.capture_host.capture", "vagrant", "vagrant")]),
        ("data load", [("data.load.load", "vagrant", "production")]),
        ("data load --target production", [("data.load.load", "production", "production")]),
        ("secrets list", [("host.secrets.names", "vagrant")]),
        ("secrets rm API_TOKEN", [("host.secrets.remove", "vagrant", "API_TOKEN")]),
    ],
)
def test_a_verb_passes_its_options_on(line: str, called: list[Any], calls: list[Any]) -> None:
    assert main.main(line.split(), TOP) == 0

    assert calls == called


@pytest.mark.parametrize(("target", "shown"), [("vagrant", True), ("production", False)])
def test_deploy_to_a_disposable_target_says_how_to_see_it(
    target: str, shown: bool, calls: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["deploy", "--target", target], TOP) == 0

    assert (f"python deploy.py open --target {target}" in capsys.readouterr().out) is shown


def test_open_shows_the_site_of_one_host(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(open_site, "open_site", lambda job: shown.append(job.target_name))

    assert main.main(["open", "--target", "production"], TOP) == 0

    assert shown == ["production"]


class Vms:
    """Notes what is done to a VM. exists: whether there is one."""

    name = "staging"

    def __init__(self, *, exists: bool) -> None:
        self.exists = lambda: exists
        self.done: list[str] = []

    def destroy(self) -> None:
        self.done.append("destroyed")


@pytest.mark.parametrize(
    ("words", "exists", "code"), [([], True, 3), (["--yes"], True, 0), ([], False, 0)]
)
def test_destroy_asks_before_something_is_lost(
    words: list[str],
    exists: bool,
    code: int,
    calls: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made = Vms(exists=exists)
    monkeypatch.setattr(vm, "vm_of", lambda *_: made)

    assert main.main(["destroy", *words], TOP) == code

    assert made.done == (["destroyed"] if code == 0 else [])
    assert ("Destroying VM staging discards" in capsys.readouterr().err) is (code == 3)


@pytest.mark.parametrize("words", [["deploy", "--dry-run"], ["plan"]])
def test_dry_run_is_another_name_of_plan(
    words: list[str], calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[str] = []
    monkeypatch.setattr(rollout, "plan", lambda job: planned.append(job.target_name))

    assert main.main([*words, "--target", "production"], TOP) == 0

    assert (planned, calls) == (["production"], [])


@pytest.mark.parametrize(
    ("words", "called"),
    [
        ([], ("production", None, False, False)),
        (["--to", "r1", "--with-data", "--yes"], ("production", "r1", True, False)),
        (["--anyway"], ("production", None, False, True)),
        (["--with-data"], ("production", None, True, False)),
    ],
)
def test_dry_run_of_rollback_asks_nothing_and_rolls_nothing_back(
    words: list[str], called: Any, calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[Any] = []

    def plan(job: Any, to: Any, *, with_data: bool, anyway: bool) -> None:
        planned.append((job.target_name, to, with_data, anyway))

    monkeypatch.setattr(rollout, "plan_rollback", plan)

    assert main.main(["rollback", "--dry-run", "--target", "production", *words], TOP) == 0

    assert (planned, calls) == ([called], [])


@pytest.mark.parametrize("option", ["--check", "--dry-run"])
def test_dry_run_of_provision_is_check(option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    monkeypatch.setattr(provision, "check", lambda job: checked.append(job.target_name))

    assert main.main(["provision", option, "--target", "production"], TOP) == 0

    assert checked == ["production"]
