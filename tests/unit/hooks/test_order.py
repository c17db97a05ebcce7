"""The order of hooks, as a plan lists them."""

from understudy.config.hooks import Hooks
from understudy.hooks import order

HOST = {"command": "on-host", "where": "host"}
HOOKS = Hooks.model_validate(
    {"before_deploy": [HOST, "before"], "after_deploy": ["after", HOST, "last"]}
)


def titles(*, has_release: bool, hosts: int = 1) -> tuple[list[str], list[str]]:
    return order.titles(HOOKS, "live", "deploy", has_release=has_release, hosts=hosts)


def test_hooks_of_this_machine_are_around_those_of_the_host() -> None:
    assert titles(has_release=True) == (
        ["hook before_deploy: before", "hook before_deploy on the host: on-host"],
        [
            "hook after_deploy on the host: on-host",
            "hook after_deploy: after",
            "hook after_deploy: last",
        ],
    )


def test_first_deploy_has_none_of_the_host_before_it() -> None:
    before, after = titles(has_release=False)

    assert before == ["hook before_deploy: before"]
    assert after == titles(has_release=True)[1]
    assert "left out" in order.left_out(HOOKS, "live", "before_deploy", has_release=False)
    assert not order.left_out(HOOKS, "live", "after_deploy", has_release=True)


def test_hook_of_this_machine_is_one_step_of_several_hosts() -> None:
    before, _ = titles(has_release=True, hosts=2)

    assert before[0] == "hook before_deploy: before, once for all hosts"
