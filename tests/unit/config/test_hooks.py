import pytest

from tests.unit.config.deploy_yml import TEXT, mistakes
from understudy.config import model as configuration
from understudy.config.hooks import Hooks


def hooks(text: str) -> Hooks:
    return configuration.parse(f"{TEXT}hooks: {{{text}}}\n").hooks


def mistake_in(text: str) -> str:
    return "\n".join(mistakes(f"{TEXT}hooks: {{{text}}}\n"))


def test_command_alone_is_a_hook_of_this_machine_at_all_targets() -> None:
    [hook] = hooks("after_deploy: [./note.sh it]").of("after_deploy", "staging")

    assert (hook.command, hook.where, hook.timeout) == (("./note.sh", "it"), "here", 300)
    assert hook.title == "./note.sh it"


@pytest.mark.parametrize(
    ("event", "fatal"),
    [
        ("before_deploy", True),
        ("before_rollback", True),
        ("after_deploy", False),
        ("after_failure", False),
    ],
)
def test_failure_is_one_of_the_deploy_only_before_it(event: str, fatal: bool) -> None:
    assert [one.fatal for one in hooks(f"{event}: [x]").of(event, "staging")] == [fatal]


def test_given_fatal_counts() -> None:
    given = hooks(
        "before_deploy: [{command: x, fatal: false}], after_deploy: [{command: x, fatal: true}]"
    )

    assert [one.fatal for one in given.of("before_deploy", "staging")] == [False]
    assert [one.fatal for one in given.of("after_deploy", "staging")] == [True]


@pytest.mark.parametrize("event", ["after_failure", "after_verdict"])
def test_outcome_that_is_known_can_not_be_changed(event: str) -> None:
    said = mistake_in(f"{event}: [{{command: x, fatal: true}}]")

    assert f"hooks.{event}.0.fatal: must be false: it runs after the outcome is known" in said


def test_targets_choose_where_it_runs() -> None:
    given = hooks("after_deploy: [{command: x, targets: [staging]}, {command: y, targets: []}]")

    assert [one.title for one in given.of("after_deploy", "staging")] == ["x"]


def test_unknown_target_is_a_mistake() -> None:
    said = mistake_in("after_deploy: [{command: x, targets: [prodction]}]")

    assert "hooks.after_deploy.0.targets: must be targets of this file: staging" in said


def test_one_command_is_not_a_list() -> None:
    assert "hooks.after_deploy: must be a list" in mistake_in("after_deploy: ./note.sh")
