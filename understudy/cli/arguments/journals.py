"""The verbs that show what hosts have logged: their arguments."""

from understudy.cli.arguments import completion, types
from understudy.cli.arguments.global_options import Common
from understudy.cli.arguments.group import Group

_WHEN = "30min, 2h, 3d, 14:30 or 2026-11-28T10:00"

# What is completed: a beginning to change.
_AGO = ("30min", "2h", "1d", "7d")


def add_logs(group: Group, common: Common) -> None:
    logs = group.add(
        "logs",
        "show the app's journal on all hosts of a target",
        common.target,
        examples=(
            ("logs -f --target production", "each line as it comes"),
            ("logs --since deploy --grep error", "since the last deploy began"),
            ("logs -n 200 -p web", "the last 200 lines of the web process"),
        ),
        docs="docs/day-two.md",
    )
    logs.add_argument(
        "-n",
        "--lines",
        type=int,
        metavar="N",
        help="the last N lines; default: 50, with --since all",
    )
    logs.add_argument("-f", "--follow", action="store_true", help="also new lines as they come")
    since = logs.add_argument(
        "--since",
        type=types.since_or_deploy,
        metavar="TIME",
        help=f"{_WHEN}, or deploy: since the last deploy or rollback began",
    )
    completion.complete(since, lambda _: (*_AGO, "deploy"))
    logs.add_argument(
        "--grep",
        default="",
        metavar="PATTERN",
        help="only lines that this regular expression matches; any case if it is in lower case",
    )
    process = logs.add_argument(
        "-p",
        "--process",
        metavar="NAME",
        help="only of web, or of this process, timer, service, nginx or haproxy",
    )
    completion.complete(process, completion.journals)


def add_audit(group: Group, common: Common) -> None:
    audit = group.add(
        "audit",
        "show who changed what on the hosts of a target",
        common.target,
        examples=(
            ("audit --target production", "the last 20 changes, the newest last"),
            ("audit --since 7d", "all of a week"),
        ),
        docs="docs/day-two.md",
    )
    audit.add_argument(
        "-n", "--lines", type=int, metavar="N", help="the last N; default: 20, with --since all"
    )
    since = audit.add_argument("--since", type=types.since, metavar="TIME", help=_WHEN)
    completion.complete(since, lambda _: _AGO)
