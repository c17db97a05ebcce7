"""The verbs that use the live release: its processes, commands, timers, mails and pages."""

import argparse

from understudy.cli.arguments import completion, mail, processes
from understudy.cli.arguments.global_options import Common
from understudy.cli.arguments.group import Group


def add(group: Group, common: Common) -> None:
    _add_commands(group, common)
    processes.add_restart(group, common)
    processes.add_scale(group, common)
    _add_timers(group, common)
    mail.add(group, common)
    group.add(
        "open",
        "open a target's site in a browser that finds its address",
        common.target,
        examples=(("open", "the site on the VM"),),
    )


def _add_commands(group: Group, common: Common) -> None:
    run = group.add(
        "run",
        "run a command in the live release, as the app's user",
        common.target,
        examples=(
            ("run -- python manage.py createsuperuser", "on the VM"),
            ("run --target production -- python manage.py check --deploy", "on production"),
        ),
    )
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="its words")
    group.add(
        "console",
        "open the app's shell: Django's, Flask's or Python's",
        common.target,
        examples=(("console", "in the live release on the VM"),),
    )
    ssh = group.add(
        "ssh",
        "open a shell on a target, or run one command there",
        common.target,
        examples=(
            ("ssh", "a shell on the VM"),
            ("ssh --target production uptime", "one command on production"),
        ),
    )
    ssh.add_argument(
        "command", nargs=argparse.REMAINDER, metavar="COMMAND", help="default: a shell"
    )


def _add_timers(group: Group, common: Common) -> None:
    timers = group.add_with_actions(
        "timers",
        "list the timers of a target, or run one of them now",
        default="list",
        examples=(
            ("timers --target production", "each with its next run and the result of its last"),
            ("timers run cleanup", "now, whatever its calendar says"),
        ),
        docs="docs/processes.md",
    )
    timers.add("list", "list the timers of a target", common.target)
    run = timers.add("run", "run a timer's command now, and show its output", common.target)
    name = run.add_argument("name", metavar="NAME", help="a key of `timers` in deploy.yml")
    completion.complete(name, completion.timers)
    run.instead["NAME"] = f"`{group.program} timers` lists them"
