"""The secrets that deploy.yml has each host make for itself. Pure.

Before the rest of a plan is made: a release's id depends on the secrets that it is started with.
"""

from understudy.commands import site
from understudy.config import topology
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.errors import Refused
from understudy.host.actions import Action, Run
from understudy.host.facts import ObservedState


def make_plan(config: Config, observed: ObservedState) -> list[Action]:
    """Makes those that the host lacks. One that it has, however it got there, is never changed."""
    return [
        Run(
            f"make the secret {name}, {secret.generate} characters",
            site.secret_generate(config.app.name, name, secret.generate),
        )
        for name, secret in config.secrets.items()
        if name not in observed.secret_names
    ]


def refuse_with_company(
    config: Config, target: TargetConfig, target_name: str, observed: ObservedState
) -> None:
    """Raises Refused if one of several hosts of the site would make its own: all have the same, and a deployer
    can read none to carry it to the others.
    """
    missing = [name for name in config.secrets if name not in observed.secret_names]
    if missing and topology.has_several_sites(target.host_list):
        raise Refused(
            f"{target_name} ({target.address}) lacks {', '.join(missing)}, of `secrets` in deploy.yml",
            hint=f"python deploy.py provision --target {target_name} makes it, the same for all hosts.",
        )
