"""The secrets that deploy.yml has each host make for itself. Pure.

Before the rest of a plan is made: a release's id depends on the secrets that it is started with.
"""

from understudy.commands import site
from understudy.config.model import Config
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
