"""The verbs and options of the command line, and their help texts."""

import argparse
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NoReturn

from understudy import __version__
from understudy.cli import argument_types, mail_options
from understudy.cli.common_options import CONFIG_HELP, Common, common_options
from understudy.cli.process_arguments import add_process, add_processes
from understudy.paths import Project
from understudy.rehearsal.phases import NAMES
from understudy.vm.levels import DEPLOYED, PROVISIONED, SEEDED

if TYPE_CHECKING:
    from understudy.report.events import Report

Verb = Callable[[argparse.Namespace, Project, "Report"], None]
# Name, help and common options of a verb -> its parser.
_AddVerb = Callable[[str, str, argparse.ArgumentParser], argparse.ArgumentParser]


def make_parser(verbs: Mapping[str, Verb], name: str = "deploy.py") -> argparse.ArgumentParser:
    """The parser of the command line. It sets `verb`, and `run` to the function of that verb.

    name: the program's, as the user calls it.
    """
    parser: argparse.ArgumentParser = _Parser(
        prog=name,
        description="A local staging simulator: rehearse a deploy on a VM that mirrors production, "
        "then deploy.",
        epilog="exit codes: 0 done, 1 a check, a test or a step failed, 2 wrong command line or "
        "deploy.yml, 3 refused, 4 a host or a program is missing or not reachable, 130 interrupted",
    )
    parser.add_argument("--version", action="version", version=f"understudy {__version__}")
    # The --config of a verb has no default, which would overwrite a value given before the verb.
    parser.add_argument("--config", metavar="FILE", help=CONFIG_HELP)
    subparsers = parser.add_subparsers(dest="verb", metavar="VERB [options]", title="verbs")

    def add_verb(name: str, help: str, options: argparse.ArgumentParser) -> argparse.ArgumentParser:
        added = subparsers.add_parser(name, help=help, description=help, parents=[options])
        added.set_defaults(run=verbs[name])
        return added

    common = common_options()
    for add_group in (
        _add_project,
        _add_staging,
        _add_deploying,
        _add_maintenance,
        _add_running,
        add_processes,
        _add_data,
        _add_inspecting,
    ):
        add_group(add_verb, common)
    return parser


class _Parser(argparse.ArgumentParser):
    """Names the option for a target that is given as a word of its own: `deploy production`."""

    def error(self, message: str) -> NoReturn:
        found = re.fullmatch(r"unrecognized arguments: ([a-z0-9]\S*)", message)
        super().error(f"{message}; for a target use --target {found[1]}" if found else message)


def _add_project(add_verb: _AddVerb, common: Common) -> None:
    init = add_verb(
        "init",
        "write a first deploy.yml for the app in this repository; later, show what it would write now",
        common.every,
    )
    init.add_argument(
        "--capture",
        metavar="HOST",
        help="read the release, Python and packages of this server, as [USER@]ADDRESS, over SSH",
    )

    eject = add_verb(
        "eject",
        "copy a template or a provisioning script into the project, to be changed; without NAME, list them",
        common.every,
    )
    eject.add_argument("name", nargs="?", metavar="NAME", help="such as templates/nginx.conf.j2")


def _add_staging(add_verb: _AddVerb, common: Common) -> None:
    rehearse = add_verb(
        "rehearse", "run the whole rehearsal on the VM and print its verdict", common.every
    )
    _add_rehearse_options(rehearse)
    add_verb("up", "start the VM; build its box first if needed", common.every)
    reset = add_verb("reset", "restore the VM to an earlier state", common.every)
    reset.add_argument(
        "--level",
        choices=(PROVISIONED, DEPLOYED, SEEDED),
        default=PROVISIONED,
        help="provisioned: as after `up`, the default; deployed: with the last commit live; "
        "seeded: with the pulled data, too",
    )
    add_verb("down", "suspend the VM until the next up", common.every)
    add_verb("destroy", "remove the VM", common.every)


def _add_rehearse_options(parser: argparse.ArgumentParser) -> None:
    phases = f"one of {', '.join(NAMES[1:])}"
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=NAMES,
        metavar="PHASE",
        help=f"run only this phase, {phases}; may be repeated",
    )
    parser.add_argument(
        "--from",
        dest="start_at",
        default=NAMES[0],
        choices=NAMES,
        metavar="PHASE",
        help=f"start at this phase, {phases}",
    )
    parser.add_argument(
        "--keep", action="store_true", help="don't reset the VM first: deploy onto what is on it"
    )
    parser.add_argument(
        "--fail-fast", action="store_true", help="stop at the first phase that fails"
    )
    parser.add_argument(
        "--watch",
        action="store_true",
        help="rehearse each new commit with --fail-fast, one line for each verdict, until Ctrl-C",
    )
    parser.set_defaults(commit=None)
    parser.add_argument(
        "--unsigned", action="store_true", help="don't sign the receipt: it is signed elsewhere"
    )


def _add_deploying(add_verb: _AddVerb, common: Common) -> None:
    provision = add_verb("provision", "make a host able to run the app", common.target)
    provision.add_argument(
        "--check",
        action="store_true",
        help="only show what provisioning would change; exit code 1 if anything",
    )
    deploy = add_verb("deploy", "deploy the app to a target", common.change)
    _add_probe(deploy)
    deploy.add_argument(
        "--without-rehearsal",
        type=argument_types.reason,
        metavar="REASON",
        help="deploy without a receipt; the host's audit log keeps the reason",
    )
    add_verb("plan", "show what deploy would do, and change nothing", common.target)
    verify = add_verb("verify", "run the host tests and browser tests on a target", common.target)
    verify.add_argument("--slow", action="store_true", help="also run tests that reboot the host")
    add_verb("status", "show which release is live on a target", common.target)
    add_verb("releases", "list the releases on a target, newest first", common.target)
    rollback = add_verb("rollback", "make an earlier release live again", common.change)
    rollback.add_argument(
        "--to", metavar="ID", help="a release; default: the one that was live before"
    )
    rollback.add_argument(
        "--with-data",
        action="store_true",
        help="also restore that release's data; see docs/data.md",
    )
    _add_probe(rollback)
    rollback.add_argument(
        "--yes",
        action="store_true",
        help="don't ask before data is replaced; roll back even if the old code can't use the database",
    )

    remove = add_verb(
        "remove", "take the app off a target's hosts; other sites there stay", common.target
    )
    remove.add_argument(
        "--with-data", action="store_true", help="also delete its database, uploads and secrets"
    )
    remove.add_argument("--yes", action="store_true", help="don't ask before it is removed")


def _add_maintenance(add_verb: _AddVerb, common: Common) -> None:
    parser = add_verb(
        "maintenance", "show visitors a page of maintenance instead of the site", common.change
    )
    parser.add_argument("action", choices=["on", "off"])
    parser.add_argument(
        "--message", default="", type=argument_types.one_line, help="what the page says"
    )
    parser.add_argument(
        "--until",
        type=argument_types.moment,
        metavar="TIME",
        help="when the site is expected back: 14:30, or 2026-12-24T14:30",
    )
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        type=argument_types.network,
        metavar="ADDRESS",
        help="an address or a network that sees the site meanwhile; may be repeated",
    )


def _add_probe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--probe", action="store_true", help="send requests meanwhile; fail if any is lost"
    )


def _add_running(add_verb: _AddVerb, common: Common) -> None:
    run = add_verb("run", "run a command in the live release, as the app's user", common.target)
    run.add_argument(
        "command",
        nargs=argparse.REMAINDER,
        metavar="-- COMMAND",
        help="for example: -- python manage.py createsuperuser",
    )
    console = "open the app's shell in the live release: Django's, Flask's or Python's"
    add_verb("console", console, common.target)
    timers = add_verb(
        "timers", "list the timers of a target, or run one of them now", common.target
    )
    timers.add_argument("action", nargs="?", default="list", choices=["list", "run"])
    timers.add_argument("name", nargs="?", metavar="NAME", help="a key of `timers` in deploy.yml")
    mail_options.add(add_verb("mail", "show the mails that a target has captured", common.target))
    add_verb("open", "open a target's site in a browser that finds its address", common.target)


def _add_data(add_verb: _AddVerb, common: Common) -> None:
    add_verb("backup", "back up a target's database", common.change)
    restore = add_verb(
        "restore", "restore a backup of the database; without NAME, list backups", common.change
    )
    restore.add_argument("name", nargs="?", metavar="NAME", help="a backup")
    restore.add_argument("--yes", action="store_true", help="don't ask before data is replaced")
    data = add_verb(
        "data", "pull production's data, anonymised, and load it on staging", common.host
    )
    data.add_argument("action", choices=["pull", "load"])
    _add_chosen_target(data, "the target to load the data on; default: vagrant")
    data.add_argument(
        "--from",
        dest="source",
        metavar="TARGET",
        help="the target that the data comes from; default: vm.stands_for of deploy.yml",
    )
    secrets = add_verb("secrets", "set, list or remove the app's secrets", common.target)
    secrets.add_argument("action", choices=["set", "list", "rm"])
    secrets.add_argument("name", nargs="?", metavar="NAME", help="an environment variable")


def _add_inspecting(add_verb: _AddVerb, common: Common) -> None:
    capture = add_verb(
        "capture", "record a host's software and settings; change nothing", common.host
    )
    _add_chosen_target(capture, "a target; default: vm.stands_for of deploy.yml")
    drift = add_verb(
        "drift", "compare two hosts, or a host with its capture and with deploy.yml", common.every
    )
    _add_sides(drift)
    report = add_verb("report", "open the report of the last run", common.every)
    report.add_argument("--list", action="store_true", help="list all reports instead")
    logs = add_verb("logs", "show the app's journal on a target", common.target)
    logs.add_argument(
        "-n", "--lines", type=int, default=50, metavar="N", help="the last N lines; default: 50"
    )
    logs.add_argument(
        "-f", "--follow", action="store_true", help="also show new lines as they come"
    )
    add_process(logs)
    ssh = add_verb("ssh", "open a shell on a target, or run one command there", common.target)
    ssh.add_argument("command", nargs=argparse.REMAINDER, help="default: a shell")
    doctor = add_verb("doctor", "check this machine; print a fix for each problem", common.every)
    doctor.add_argument(
        "--fix", action="store_true", help="first install missing packages and start daemons"
    )
    doctor.add_argument("--yes", action="store_true", help="with --fix: don't ask before")


def _add_sides(parser: argparse.ArgumentParser) -> None:
    host = "NAME:ADDRESS for one of several hosts"
    side = f"a target ({host}), `capture` for its capture, or `code` for what deploy.yml says"
    parser.add_argument("--from", dest="model", metavar="A", help=f"{side}; default: vm.stands_for")
    parser.add_argument("--to", dest="copy", metavar="B", help="the same choices; default: vagrant")
    _add_chosen_target(parser, f"compare this target with its capture and with deploy.yml; {host}")
    parser.add_argument("--html", action="store_true", help="also write reports/drift.html")


def _add_chosen_target(parser: argparse.ArgumentParser, help: str) -> None:
    """--target of a verb whose default depends on deploy.yml: None if it isn't given."""
    parser.add_argument("--target", dest="chosen_target", metavar="NAME", help=help)
