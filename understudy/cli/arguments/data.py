"""The verbs about what outlives releases: backups, production's data, secrets."""

from understudy.cli.arguments import completion
from understudy.cli.arguments.global_options import Common, add_target
from understudy.cli.arguments.group import Actions, Group
from understudy.cli.arguments.parser import Parser


def add(group: Group, common: Common) -> None:
    backup = group.add(
        "backup",
        "back up a target's database",
        common.change,
        examples=(
            ("backup --target production", "now; `restore` lists all"),
            ("backup --off-host --target production", "to the place that deploy.yml names"),
        ),
        docs="docs/data.md",
    )
    elsewhere = "with its media, to `backups.to` of deploy.yml, and try it from there"
    backup.add_argument("--off-host", action="store_true", help=elsewhere)
    restore = group.add(
        "restore",
        "restore a backup of the database; without NAME, list them",
        common.change,
        examples=(
            ("restore --target production", "list its backups"),
            ("restore 20260301T120000Z-manual --target production", "asks first"),
            (
                "restore 20260301T120000Z-manual --off-host",
                "on a new host, too",
            ),
        ),
        docs="docs/data.md",
    )
    name = restore.add_argument("name", nargs="?", metavar="NAME", help="a backup")
    completion.complete(name, completion.backups)
    elsewhere = "the one of `backups.to`, with media that are missing on the host"
    restore.add_argument("--off-host", action="store_true", help=elsewhere)
    restore.add_argument("--yes", action="store_true", help="don't ask before data is replaced")
    _add_data(group, common)
    _add_secrets(group, common)


def _add_data(group: Group, common: Common) -> None:
    data = group.add_with_actions(
        "data",
        "pull production's data, anonymised, and load it on staging",
        examples=(
            ("data pull --from production", "anonymised there, stored here encrypted"),
            ("data load", "on the VM"),
        ),
        docs="docs/data.md",
    )
    pull = data.add("pull", "pull a target's data, anonymised there", common.host)
    pull.instead["--target"] = "--from TARGET: where the data comes from"
    _add_from(pull)
    load = data.add("load", "load the pulled data on staging", common.host)
    add_target(load, "the target to load the data on; default: vagrant")
    _add_from(load)


def _add_from(parser: Parser) -> None:
    source = parser.add_argument(
        "--from",
        dest="source",
        metavar="TARGET",
        help="the target that the data comes from; default: vm.stands_for of deploy.yml",
    )
    completion.complete(source, completion.targets)


def _add_secrets(group: Group, common: Common) -> None:
    secrets = group.add_with_actions(
        "secrets",
        "set, list or remove the app's secrets",
        examples=(
            ("secrets set API_TOKEN --target production", "asks for the value, and hides it"),
            ("secrets list --target production", "their names"),
        ),
        docs="docs/configuration.md",
    )
    _add_name(secrets, "set", "set a secret, from a prompt or from standard input", common)
    secrets.add("list", "list the names of the secrets", common.target)
    _add_name(secrets, "rm", "remove a secret", common)


def _add_name(secrets: Actions, action: str, summary: str, common: Common) -> None:
    parser = secrets.add(action, summary, common.target)
    parser.instead["NAME"] = f"`{secrets.parser.program} secrets list` lists them"
    parser.add_argument("name", metavar="NAME", help="an environment variable")
