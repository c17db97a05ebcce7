"""The verbs that change nothing: they show what is on hosts and in reports."""

from understudy.cli.arguments import completion, journals
from understudy.cli.arguments.global_options import Common, add_target
from understudy.cli.arguments.group import Group

_HOST = "NAME:ADDRESS for one of several hosts, else all"


def add(group: Group, common: Common) -> None:
    group.add(
        "status",
        "show what is live on a target and whether it is well",
        common.target,
        examples=(
            ("status --target production", "exit code 0: the site is well, 1: it is not"),
            ("status -q --target production", "for cron: prints only what is wrong"),
        ),
        docs="docs/day-two.md",
    )
    group.add(
        "releases",
        "list the releases on a target, newest first",
        common.target,
        examples=(("releases --target production", "those that `rollback --to` takes"),),
    )
    journals.add_logs(group, common)
    journals.add_audit(group, common)
    _add_report(group, common)
    _add_capture(group, common)
    _add_drift(group, common)


def _add_report(group: Group, common: Common) -> None:
    report = group.add(
        "report",
        "open the report of the last run",
        common.every,
        examples=(
            ("report", "in the browser"),
            ("report --history", "the page about all runs that are kept"),
            ("report --list", "all reports, newest first"),
        ),
        docs="docs/report.md",
    )
    shown = report.add_mutually_exclusive_group()
    shown.add_argument("--list", action="store_true", help="list all reports instead")
    shown.add_argument(
        "--history", action="store_true", help="open the page about all runs that are kept instead"
    )


def _add_capture(group: Group, common: Common) -> None:
    capture = group.add(
        "capture",
        "record software and settings of hosts; change nothing",
        common.host,
        examples=(("capture", "of the target that the VM mirrors"),),
        docs="docs/parity.md",
    )
    add_target(capture, "a target; default: vm.stands_for of deploy.yml")


def _add_drift(group: Group, common: Common) -> None:
    drift = group.add(
        "drift",
        "compare two hosts, or a host with its capture and the code",
        common.every,
        examples=(
            ("drift", "the VM with the target that it mirrors"),
            ("drift --target production", "with its capture and with deploy.yml: what has changed"),
            ("drift --between capture vagrant", "any two"),
        ),
        docs="docs/parity.md",
    )
    between = drift.add_argument(
        "--between",
        nargs=2,
        metavar=("A", "B"),
        help=f"two sides, each a target ({_HOST}), `capture` for the capture that the VM mirrors, or "
        "`code` for what deploy.yml says; default: vm.stands_for and vagrant",
    )
    completion.complete(between, completion.sides)
    drift.instead = {"--from": "--between A B", "--to": "--between A B"}
    add_target(drift, f"compare this target with its capture and with deploy.yml; {_HOST}")
    drift.add_argument("--html", action="store_true", help="also write reports/drift.html")
