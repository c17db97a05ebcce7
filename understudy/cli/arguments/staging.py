"""The verbs about the staging VM."""

from understudy.cli.arguments.global_options import Common
from understudy.cli.arguments.group import Group
from understudy.cli.arguments.parser import Parser
from understudy.rehearsal.phases import NAMES
from understudy.vm.levels import DEPLOYED, PROVISIONED, SEEDED


def add(group: Group, common: Common) -> None:
    rehearse = group.add(
        "rehearse",
        "deploy and test on the VM as on production; print the verdict",
        common.every,
        examples=(
            ("rehearse", "the whole rehearsal of the last commit"),
            ("rehearse --watch", "each new commit, until Ctrl-C"),
            ("rehearse --keep --start-at host-tests", "only the tests, on what is deployed"),
        ),
        docs="docs/rehearsal.md",
    )
    _add_rehearse_options(rehearse)
    group.add(
        "up",
        "start the VM; build its box first if needed",
        common.every,
        examples=(("up", "the VM, provisioned and ready for a deploy"),),
        docs="docs/vm.md",
    )
    reset = group.add(
        "reset",
        "restore the VM to an earlier state",
        common.every,
        examples=(
            ("reset", "as after `up`, without a release"),
            ("reset --level deployed", "with the last commit live"),
        ),
        docs="docs/vm.md",
    )
    reset.add_argument(
        "--level",
        choices=(PROVISIONED, DEPLOYED, SEEDED),
        default=PROVISIONED,
        metavar="LEVEL",
        help="provisioned: as after `up`, the default; deployed: with the last commit live; "
        "seeded: with the pulled data, too",
    )
    group.add(
        "down",
        "suspend the VM until the next up",
        common.every,
        examples=(("down", "give its memory back; `up` resumes it in seconds"),),
    )
    destroy = group.add(
        "destroy",
        "remove the VM with its data and snapshots; its box stays",
        common.every,
        examples=(
            ("destroy", "asks first, if there is a VM"),
            ("destroy --yes", "in a script"),
        ),
    )
    destroy.add_argument("--yes", action="store_true", help="don't ask before the VM is removed")


def _add_rehearse_options(parser: Parser) -> None:
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
        "--start-at",
        default=NAMES[0],
        choices=NAMES,
        metavar="PHASE",
        help="start at this phase, and leave the earlier ones out",
    )
    parser.instead["--from"] = "--start-at PHASE"
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
    parser.add_argument(
        "--unsigned", action="store_true", help="don't sign the receipt: it is signed elsewhere"
    )
    parser.set_defaults(commit=None)
