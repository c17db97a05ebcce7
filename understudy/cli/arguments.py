"""The command line's verbs and options."""

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from understudy.paths import Project
from understudy.rehearsal.phases import NAMES
from understudy.vm.levels import DEPLOYED, PROVISIONED, SEEDED

if TYPE_CHECKING:
    from understudy.report.events import Report

Verb = Callable[[argparse.Namespace, Project, "Report"], None]


def make_parser(verbs: Mapping[str, Verb]) -> argparse.ArgumentParser:
    """The parser; `run` of what it parses is the verb's function."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", metavar="FILE", help="another deploy.yml")
    common.add_argument(
        "--json", action="store_true", help="one JSON object a line instead of text"
    )
    hosted = argparse.ArgumentParser(add_help=False, parents=[common])
    hosted.add_argument("--host", metavar="ADDRESS", help="only this one of the target's hosts")
    targeted = argparse.ArgumentParser(add_help=False, parents=[hosted])
    targeted.add_argument("--target", default="vagrant", metavar="NAME", help="default: vagrant")

    changing = argparse.ArgumentParser(add_help=False, parents=[targeted])
    changing.add_argument(
        "--wait", type=int, default=0, metavar="SECONDS", help="for another deploy's end"
    )

    parser = argparse.ArgumentParser(
        prog="deploy.py",
        description="A local staging simulator: rehearse a deploy on a VM like production, then do it.",
        epilog="exit codes: 0 done, 1 failed, 2 wrong use, 3 refused, 4 not reachable or missing",
    )
    added_verbs = parser.add_subparsers(dest="verb", metavar="VERB [options]", title="verbs")

    def verb(name: str, help: str, parent: argparse.ArgumentParser) -> argparse.ArgumentParser:
        added = added_verbs.add_parser(name, help=help, description=help, parents=[parent])
        added.set_defaults(run=verbs[name])
        return added

    rehearse = verb("rehearse", "the whole run on the VM, ending in a verdict", common)
    _add_choice(rehearse)
    verb("up", "build the box if needed, bring up the VM", common)
    provision = verb("provision", "make a host able to run the app", targeted)
    provision.add_argument(
        "--check",
        action="store_true",
        help="show what it would change (exit code 1), change nothing",
    )
    deploy = verb("deploy", "deploy the app to a target", changing)
    _add_probe(deploy)
    deploy.add_argument(
        "--without-rehearsal",
        type=_reason,
        metavar="REASON",
        help="without a receipt of one; the reason goes into the host's audit log",
    )
    verb("plan", "show what deploy would do; touches nothing", targeted)
    check = verb("verify", "run the host and browser tests against a target", targeted)
    check.add_argument("--slow", action="store_true", help="with the tests that reboot the host")
    capture = verb("capture", "write down what a target's host is like; changes nothing", hosted)
    capture.add_argument("--target", dest="of", metavar="NAME", help="default: vm.stands_for")
    drift = verb("drift", "what is different between two hosts, or on one", common)
    _add_sides(drift)
    report = verb("report", "open the report of the last run", common)
    report.add_argument("--list", action="store_true", help="list all reports instead")
    verb("status", "what a target serves", targeted)
    verb("releases", "the releases on a target, newest first", targeted)
    rollback = verb("rollback", "let an earlier release serve again", changing)
    rollback.add_argument("--to", metavar="ID", help="default: the release before")
    rollback.add_argument(
        "--with-data", action="store_true", help="its data, too; see docs/data.md"
    )
    _add_probe(rollback)
    _add_yes(rollback)
    verb("backup", "save a target's database", changing)
    restore = verb("restore", "put a backup back; without a name: list them", changing)
    restore.add_argument("name", nargs="?", metavar="NAME", help="a backup")
    _add_yes(restore)
    data = verb("data", "production's data, anonymised: pull it here, load it on staging", hosted)
    data.add_argument("action", choices=["pull", "load"])
    data.add_argument(
        "--target", dest="onto", metavar="NAME", help="what load puts it on; default: vagrant"
    )
    data.add_argument(
        "--from", dest="source", metavar="TARGET", help="default: vm.stands_for in deploy.yml"
    )
    secrets = verb("secrets", "set, list and remove the app's secrets", targeted)
    secrets.add_argument("action", choices=["set", "list", "rm"])
    secrets.add_argument("name", nargs="?", metavar="NAME", help="an environment variable")
    logs = verb("logs", "the app's journal on a target", targeted)
    logs.add_argument("-n", "--lines", type=int, default=50, metavar="N", help="default: 50")
    logs.add_argument("-f", "--follow", action="store_true", help="go on as new lines come")
    ssh = verb("ssh", "a shell on a target, or one command there", targeted)
    ssh.add_argument("command", nargs=argparse.REMAINDER, help="default: a shell")
    reset = verb("reset", "put the VM back to what it was", common)
    reset.add_argument(
        "--level",
        choices=(PROVISIONED, DEPLOYED, SEEDED),
        default=PROVISIONED,
        help="provisioned: as just after up, the default; deployed: with the last commit serving; "
        "seeded: with pulled data, too",
    )
    verb("down", "put the VM to sleep until the next up", common)
    verb("destroy", "remove the VM", common)
    verb("doctor", "check this machine; says how to mend what is wrong", common)
    return parser


def _reason(text: str) -> str:
    """Longer ones would not fit into an entry of the audit log."""
    if not 1 <= len(text.strip()) <= 200:
        raise argparse.ArgumentTypeError("a reason of 1 to 200 characters is needed")
    return text.strip()


def _add_choice(parser: argparse.ArgumentParser) -> None:
    phases = f"one of {', '.join(NAMES[1:])}"
    parser.add_argument(
        "--only", action="append", default=[], choices=NAMES, metavar="PHASE", help=phases
    )
    parser.add_argument(
        "--from", dest="since", default=NAMES[0], choices=NAMES, metavar="PHASE", help=phases
    )
    parser.add_argument("--keep", action="store_true", help="deploy over what is on the VM")
    parser.add_argument("--fail-fast", action="store_true", help="end at the first failure")
    parser.add_argument(
        "--unsigned", action="store_true", help="without the key: the receipt is signed elsewhere"
    )


def _add_sides(parser: argparse.ArgumentParser) -> None:
    host = "of several hosts NAME:ADDRESS"
    side = f"a target, {host}; or `capture`: as captured; or `code`: as deploy.yml wants it"
    parser.add_argument("--from", dest="model", metavar="A", help=f"{side}; default: vm.stands_for")
    parser.add_argument("--to", dest="copy", metavar="B", help="the same; default: vagrant")
    parser.add_argument(
        "--target",
        dest="of",
        metavar="NAME",
        help=f"that one, with its capture and with the code; {host}",
    )
    parser.add_argument("--html", action="store_true", help="write reports/drift.html, too")


def _add_probe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--probe", action="store_true", help="send requests meanwhile; fail if any is lost"
    )


def _add_yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="don't ask before data is replaced")
