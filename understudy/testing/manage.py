"""Django's manage.py on the target, for tests: in the live release's environment, as the app's user."""

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from understudy.commands import in_release
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.errors import Refused, StepFailed
from understudy.release.layout import Paths
from understudy.ssh.connection import Connection, SshConnection

Manage = Callable[..., str]
DJANGO = "django"


@contextmanager
def connected(config: Config, target: TargetConfig) -> Iterator[Manage]:
    """manage() over a connection that is kept. Raises Refused if the app is not Django's."""
    if config.app.preset != DJANGO:
        raise Refused(
            f"manage is for Django, and app.preset is {config.app.preset}",
            hint="The fixture `host` runs any command there.",
        )
    with SshConnection(target, config.host.deployer) as connection:
        yield manage_over(connection, config)


def manage_over(connection: Connection, config: Config) -> Manage:
    """A function that runs a command of manage.py and returns what it prints."""

    def manage(*words: str, seconds: int = config.app.command_timeout) -> str:
        """words: the command and its arguments, or one text of all of them.

        Raises StepFailed, with the output, if the command fails, or takes longer than that many seconds.
        """
        __tracebackhide__ = True
        command = tuple(shlex.split(words[0])) if len(words) == 1 else words
        whole = in_release.run(config.app, Paths(config.root), ("python", "manage.py", *command))
        done = connection.run(whole, seconds=seconds)
        if not done.ok:
            raise StepFailed(f"manage.py {shlex.join(command)} failed", done.text)
        return done.output

    return manage
