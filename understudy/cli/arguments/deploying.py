"""The verbs that provision hosts, deploy to them and roll back."""

from understudy.cli.arguments import completion, types
from understudy.cli.arguments.global_options import Common
from understudy.cli.arguments.group import Group
from understudy.cli.arguments.parser import Parser


def add(group: Group, common: Common) -> None:
    _add_provision(group, common)
    _add_deploy(group, common)
    group.add(
        "verify",
        "run the host tests and browser tests on a target",
        common.target,
        examples=(
            ("verify", "on the VM"),
            ("verify --target production", "without the tests that change data"),
        ),
        docs="docs/your-app.md",
    ).add_argument("--slow", action="store_true", help="also run tests that reboot the host")
    _add_rollback(group, common)
    _add_maintenance(group, common)
    _add_drain(group, common)
    _add_remove(group, common)


def _add_provision(group: Group, common: Common) -> None:
    provision = group.add(
        "provision",
        "make a host able to run the app",
        common.target,
        examples=(
            ("provision --target production", "the packages and users that deploys need"),
            ("provision --check --target production", "only show what would change"),
        ),
        docs="docs/real-server.md",
    )
    provision.add_argument(
        "--check",
        "--dry-run",
        action="store_true",
        help="only show what provisioning would change; exit code 1 if anything",
    )


def _add_deploy(group: Group, common: Common) -> None:
    group.add(
        "plan",
        "show what deploy would do, and change nothing",
        common.target,
        examples=(("plan --target production", "the steps of a deploy, from the host's state"),),
    )
    deploy = group.add(
        "deploy",
        "deploy the app to a target",
        common.change,
        examples=(
            ("deploy", "the last commit, to the VM"),
            ("deploy --target production", "with the receipt of a passed rehearsal"),
            ("deploy --dry-run --target production", "the same as `plan`"),
        ),
        docs="docs/real-server.md",
    )
    _add_dry_run(deploy, ": `plan`")
    _add_probe(deploy)
    deploy.add_argument(
        "--without-rehearsal",
        type=types.reason,
        metavar="REASON",
        help="deploy without a receipt; the host's audit log keeps the reason",
    )


def _add_rollback(group: Group, common: Common) -> None:
    rollback = group.add(
        "rollback",
        "make an earlier release live again",
        common.change,
        examples=(
            ("rollback --target production", "the release that was live before"),
            ("rollback --to 20260301T120000Z-0a1b2c3d", "that one, of those in `releases`"),
            ("rollback --dry-run --target production", "only show its steps"),
        ),
        docs="docs/real-server.md",
    )
    _add_dry_run(rollback)
    rollback.word_hint = "for a release use --to {0}, for a target --target {0}"
    to = rollback.add_argument(
        "--to", metavar="ID", help="a release; default: the one that was live before"
    )
    completion.complete(to, completion.releases)
    rollback.add_argument(
        "--with-data",
        action="store_true",
        help="also restore that release's data; see docs/data.md",
    )
    _add_probe(rollback)
    rollback.add_argument(
        "--anyway",
        action="store_true",
        help="roll back even if the old code can't use the database as it is now",
    )
    rollback.add_argument(
        "--yes", action="store_true", help="with --with-data: don't ask before data is replaced"
    )


def _add_maintenance(group: Group, common: Common) -> None:
    maintenance = group.add_with_actions(
        "maintenance",
        "show visitors a page of maintenance instead of the site",
        examples=(
            ("maintenance on --until 14:30 --target production", "until `maintenance off`"),
            ("maintenance off --target production", "the site again"),
        ),
    )
    on = maintenance.add("on", "show the page of maintenance", common.change)
    on.add_argument("--message", default="", type=types.one_line, help="what the page says")
    on.add_argument(
        "--until",
        type=types.moment,
        metavar="TIME",
        help="when the site is expected back: 14:30, or 2026-12-24T14:30",
    )
    on.add_argument(
        "--allow",
        action="append",
        default=[],
        type=types.network,
        metavar="ADDRESS",
        help="an address or a network that sees the site meanwhile; may be repeated",
    )
    maintenance.add("off", "show the site again", common.change)


def _add_drain(group: Group, common: Common) -> None:
    drain = group.add_with_actions(
        "drain",
        "take one of several web hosts out, such as for a reboot",
        examples=(
            ("drain on --host 203.0.113.7 --target production", "it gets no requests"),
            ("drain off --host 203.0.113.7 --target production", "it gets them again"),
        ),
        docs="docs/topology.md",
    )
    drain.add("on", "send the host no requests", common.target)
    drain.add("off", "send it requests again, once it is healthy", common.target)


def _add_remove(group: Group, common: Common) -> None:
    remove = group.add(
        "remove",
        "take the app off a target's hosts; other sites there stay",
        common.target,
        examples=(("remove --target production", "asks first; its data stays"),),
    )
    remove.add_argument(
        "--with-data", action="store_true", help="also delete its database, uploads and secrets"
    )
    remove.add_argument("--yes", action="store_true", help="don't ask before it is removed")


def _add_dry_run(parser: Parser, more: str = "") -> None:
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=f"show what it would do, and change nothing{more}",
    )


def _add_probe(parser: Parser) -> None:
    parser.add_argument(
        "--probe", action="store_true", help="send requests meanwhile; fail if any is lost"
    )
