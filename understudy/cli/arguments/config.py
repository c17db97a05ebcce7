"""The verb about what deploy.yml says."""

from understudy.cli.arguments import completion
from understudy.cli.arguments.global_options import Common
from understudy.cli.arguments.group import Group


def add(group: Group, common: Common) -> None:
    config = group.add(
        "config",
        "show the configuration, and where each value is from",
        common.every,
        more="As YAML with a comment behind each value: its line in deploy.yml, the preset, or the default.",
        examples=(
            ("config", "all of it"),
            ("config app.workers", "one value alone"),
            ("config --schema", "the JSON Schema of deploy.yml, for editors"),
        ),
        docs="docs/configuration.md",
    )
    key = config.add_argument(
        "key", nargs="?", metavar="KEY", help="of deploy.yml, such as app.workers"
    )
    completion.complete_keys(key)
    config.add_argument(
        "--schema", action="store_true", help="print the JSON Schema of deploy.yml instead"
    )
