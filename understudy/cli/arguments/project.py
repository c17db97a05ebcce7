"""The verbs about a project's own files, and about this machine."""

from understudy.cli.arguments import completion, config
from understudy.cli.arguments.global_options import Common, add_target
from understudy.cli.arguments.group import Group


def add(group: Group, common: Common) -> None:
    init = group.add(
        "init",
        "write a first deploy.yml for the app in this folder",
        common.every,
        more="Later, show what it would write now.",
        examples=(
            ("init", "from what the repository holds"),
            ("init --capture ops@www.example.com", "with the release and packages of a server"),
        ),
        docs="docs/your-app.md",
    )
    init.add_argument(
        "--capture",
        metavar="HOST",
        help="read the release, Python and packages of this server, as [USER@]ADDRESS, over SSH",
    )
    init.add_argument(
        "--key",
        metavar="FILE",
        default="",
        help="the private key for --capture, and then for the target",
    )
    init.add_argument(
        "--known-hosts",
        metavar="FILE",
        default="",
        help="the host keys to trust, in place of ~/.ssh/known_hosts",
    )
    config.add(group, common)
    eject = group.add(
        "eject",
        "copy a template or a script into the project, to change it",
        common.every,
        examples=(
            ("eject", "list them"),
            ("eject templates/nginx.conf.j2", "the project's own is then used"),
        ),
        docs="docs/overrides.md",
    )
    name = eject.add_argument(
        "name", nargs="?", metavar="NAME", help="such as templates/nginx.conf.j2"
    )
    completion.complete(name, completion.overrides)
    doctor = group.add(
        "doctor",
        "check this machine; print a fix for each problem",
        common.every,
        more="With --target, also whether each host lets deploys in and is provisioned.",
        examples=(
            ("doctor", "what a rehearsal needs, and whether it is there"),
            ("doctor --target production", "what a deploy to it needs"),
            ("doctor --fix", "also install missing packages; asks first"),
        ),
        docs="docs/troubleshooting.md",
    )
    add_target(doctor, "what a deploy to this target needs, in place of what the VM needs")
    doctor.add_argument(
        "--fix", action="store_true", help="first install missing packages and start daemons"
    )
    doctor.add_argument("--yes", action="store_true", help="with --fix: don't ask before")
    prune = group.add(
        "prune",
        "remove old boxes, images and caches that no VM needs",
        common.every,
        more="It lists them with their sizes and asks.",
        examples=(("prune", "what it would free, and whether to"),),
        docs="docs/day-two.md",
    )
    prune.add_argument("--yes", action="store_true", help="don't ask before")
