"""The rules of the design that the code itself can show: who may import what, who may know what."""

import ast
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.unit.fakes import TOP

PACKAGE = TOP / "understudy"
MODULES = sorted(PACKAGE.rglob("*.py"))
IMPURE = {"subprocess", "socket", "time", "fabric", "paramiko", "invoke", "vagrant", "threading"}
DOORS = {
    "cli.browsers",
    "cli.doctor",
    "cli.fix",
    "cli.log_reader",
    "cli.logs",
    "cli.main",
    "cli.open_site",
    "cli.risks",
    "cli.shell",
    "cli.watch",
    "host.health",
    "host.recording",
    "host.branches",
    "host.gates",
    "host.host_report",
    "rehearsal.at_once",
    "report.heartbeat",
    "local.command_process",
    "rehearsal.site_proxy",
    "host.all_hosts",
    "host.session",
    "local.background",
    "local.bound_process",
    "local.once",
    "local.root_script",
    "local.systemd",
    "project.nginx_check",
    "project.overrides",
    "receipts.signing",
    "rehearsal.pytest_process",
    "release.bytecode",
    "release.compression",
    "release.git",
    "release.locks.compiled",
    "release.locks.exported",
    "release.source",
    "release.pip",
    "release.sdist_download",
    "release.source_builds",
    "ssh.channels",
    "ssh.connection",
    "ssh.dial",
    "ssh.early",
    "ssh.ending",
    "ssh.errors",
    "ssh.login",
    "ssh.options",
    "ssh.port_forward",
    "ssh.running",
    "ssh.stream",
    "ssh.transport",
    "testing.outbox",
    "testing.trust",
    "testing.under_test",
    "traffic.client",
    "traffic.handshake",
    "traffic.prober",
    "traffic.task_load",
    "traffic.websocket",
    "vm.debian_archive",
    "vm.capabilities",
    "vm.libvirt",
    "vm.lxc",
    "vm.guest",
    "vm.issuer.pebble",
    "vm.new_address",
    "vm.old_files",
    "vm.pool",
    "vm.tunnel",
    "vm.vm_host",
    "vm.reservation",
    "vm.vagrant",
}
ABOVE_THE_VM = {
    "cli.main",
    "rehearsal.run",
    "vm.machine",
}
# These only note when something was, or how long it took.
CLOCK_READERS = {
    "host.late_entry",
    "rehearsal.verify",
    "cli.reports",
    "cli.run",
    "cli.timers",
    "deploy.going_live",
    "deploy.hooked",
    "diagnosis.explain",
    "notify.send",
    "rehearsal.migrations",
    "rehearsal.run",
    "report.events",
    "report.progress",
    "report.terminal",
    "testing.checks.site_crawl",
}
PURE = {
    "builds.debian_packages",
    "builds.failure",
    "builds.sdist",
    "cli.finding",
    "cli.findings",
    "cli.moments",
    "commands",
    "config",
    "data.anonymise",
    "data.dump",
    "data.moved",
    "host.data_errors",
    "data.personal",
    "data.personal_patterns",
    "data.queries",
    "data.rewrite",
    "data.rewrite_marks",
    "data.schema",
    "deploy.certificate",
    "deploy.desired",
    "deploy.done",
    "deploy.django_hosts",
    "deploy.django_settings",
    "deploy.environment",
    "deploy.external_database",
    "deploy.failed_migration",
    "deploy.old_code",
    "deploy.generated_secrets",
    "deploy.notify_secrets",
    "deploy.plan",
    "deploy.own_code",
    "deploy.pending",
    "deploy.planned",
    "deploy.processes",
    "deploy.preview",
    "deploy.release_list",
    "deploy.site_config",
    "deploy.renewal",
    "deploy.switch",
    "deploy.timers",
    "deploy.together",
    "deploy.went_live",
    "diagnosis.broken_links",
    "diagnosis.causes",
    "diagnosis.known_facts",
    "diagnosis.rules",
    "diagnosis.unexplained",
    "errors",
    "local.numbers",
    "host.actions",
    "host.audit_log",
    "host.backup_list",
    "host.batches",
    "host.certificates",
    "host.facts",
    "host.facts_query",
    "host.fingerprint",
    "host.journal",
    "host.mail_list",
    "host.mails",
    "host.observed_site",
    "host.processes",
    "host.provisioned",
    "host.provisioning",
    "host.query_errors",
    "host.readings",
    "host.shown_mails",
    "host.site_status",
    "host.status_text",
    "host.timer_list",
    "host.timers",
    "host.unit_properties",
    "hooks.event",
    "hooks.outcome",
    "local.apt_output",
    "local.lines",
    "local.minutes",
    "local.share",
    "local.tool_output",
    "notify.message",
    "notify.outcome",
    "parity.capture",
    "parity.drift",
    "paths",
    "project.app_name",
    "project.candidates",
    "project.celery_app",
    "project.command_lines",
    "project.compose_file",
    "project.configurations",
    "project.conversions",
    "project.cron",
    "project.crontabs",
    "project.databases",
    "project.decide",
    "project.deploy_yml",
    "project.django",
    "project.django_project",
    "project.django_settings",
    "project.evaluation",
    "project.first_files",
    "project.fixed_values",
    "project.flags",
    "project.health",
    "project.libraries",
    "project.log_files",
    "project.logins",
    "project.made_folders",
    "project.meanings",
    "project.other_tools",
    "project.override_list",
    "project.packages",
    "project.processes",
    "project.procfile",
    "project.production",
    "project.python_version",
    "project.repository_paths",
    "project.routers",
    "project.routes",
    "project.scope",
    "project.server",
    "project.server_settings",
    "project.settings_variables",
    "project.shown",
    "project.statements",
    "project.static_files",
    "project.syntax",
    "project.task_queues",
    "project.tree",
    "project.unit_files",
    "project.urls",
    "project.uv_lock",
    "project.values",
    "project.variables",
    "project.web_app",
    "project.web_objects",
    "project.worker_kinds",
    "receipts.differences",
    "receipts.statement",
    "rehearsal.migration_effects",
    "rehearsal.phases",
    "rehearsal.verdict",
    "rehearsal.verified",
    "release.commit_facts",
    "release.environment",
    "release.layout",
    "release.lock_file",
    "release.maintenance",
    "release.notifications",
    "release.maintenance_files",
    "release.locks.pipfile_lock",
    "release.locks.pylock",
    "release.locks.requirements",
    "release.locks.unlocked",
    "release.other_python",
    "release.platforms",
    "release.python_checks",
    "release.processes",
    "release.render",
    "release.services",
    "release.snippets",
    "release.sdists",
    "release.source_checks",
    "release.static_files",
    "release.timers",
    "report.at_work",
    "report.host_names",
    "report.ages",
    "report.answer",
    "report.moments",
    "report.assertion",
    "report.equal_texts",
    "report.error_lines",
    "report.graph",
    "report.gallery",
    "report.history",
    "report.history_page",
    "report.html",
    "report.junit",
    "report.live",
    "report.phase_results",
    "report.log_lines",
    "report.mail_page",
    "report.masked_command",
    "report.masking",
    "report.page",
    "report.pixels",
    "report.record",
    "report.sanitize",
    "report.short",
    "report.skipped_phases",
    "report.suites",
    "report.summary",
    "report.timeline",
    "ssh.host_lock",
    "testing.checks.crawl",
    "testing.checks.edge",
    "testing.checks.edge_checks",
    "testing.checks.evidence",
    "testing.checks.findings",
    "testing.checks.judge",
    "testing.checks.links",
    "testing.checks.loading_checks",
    "testing.checks.mail_checks",
    "testing.checks.other_hosts",
    "testing.checks.processes",
    "testing.checks.page_checks",
    "traffic.certificate",
    "traffic.samples",
    "traffic.task_count",
    "vm.issuer.files",
    "vm.issuer.settings",
    "vm.levels",
    "vm.mirror",
    "vm.subnets",
}


def name_of(module: Path) -> str:
    """The module's dotted name in the package; of a wing's __init__ the wing's."""
    return ".".join(module.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


NAMES = {name_of(module) for module in MODULES}


def among(name: str, names: Collection[str]) -> bool:
    """Whether a module, or a wing that it is in, is one of those."""
    return any(name == one or name.startswith(f"{one}.") for one in names)


@cache
def nodes(module: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(module.read_text())))


def imports(module: Path) -> Iterator[str]:
    """The full names of what a module imports, wherever in it."""
    for node in nodes(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the package"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def packages(module: Path) -> set[str]:
    """The packages that a module imports from."""
    return {imported.partition(".")[0] for imported in imports(module)}


def called(module: Path) -> set[str]:
    """The last names of what a module calls: `b` of a.b()."""
    calls = [node.func for node in nodes(module) if isinstance(node, ast.Call)]
    methods = {call.attr for call in calls if isinstance(call, ast.Attribute)}
    return methods | {call.id for call in calls if isinstance(call, ast.Name)}


def constants(nodes: Iterable[ast.AST]) -> list[Any]:
    return [node.value for node in nodes if isinstance(node, ast.Constant)]


def ours(module: Path) -> set[str]:
    """The modules of this package that a module imports."""
    found = {name.removeprefix("understudy.") for name in imports(module)}
    return {name if name in NAMES else name.rpartition(".")[0] for name in found} & NAMES


def of(names: Collection[str]) -> list[Path]:
    return [module for module in MODULES if among(name_of(module), names)]


def breaking(modules: list[Path], offences: Callable[[Path], Collection[str]]) -> dict[str, Any]:
    """The modules that break a rule, each with how it does."""
    found = {module.relative_to(PACKAGE).as_posix(): offences(module) for module in modules}
    return {module: broken for module, broken in found.items() if broken}


def test_only_the_doors_reach_outside() -> None:
    def too_far(module: Path) -> set[str]:
        name = name_of(module)
        allowed = IMPURE if name in DOORS else {"time"} if name in CLOCK_READERS else set()
        return packages(module) & IMPURE - allowed

    assert breaking(MODULES, too_far) == {}


def test_only_what_makes_and_checks_the_vm_calls_vagrant() -> None:
    """Each call costs over a second: what is done often goes without."""

    def calling(module: Path) -> set[str]:
        if name_of(module) in ("vm.vagrant", "vm.vagrant_box", "vm.machine"):
            return set()
        return packages(module) & {"vagrant"} | ours(module) & {"vm.vagrant"}

    def as_a_program(module: Path) -> bool:
        argvs = (node.elts[0] for node in nodes(module) if isinstance(node, ast.List) and node.elts)
        return "vagrant" in constants(argvs)

    assert breaking(MODULES, calling) == {}
    assert [name_of(module) for module in MODULES if as_a_program(module)] == ["cli.doctor"]


def test_doors_and_pure_modules_are_there_under_these_names() -> None:
    """Or the rules would hold for nothing."""
    assert NAMES >= DOORS | PURE | CLOCK_READERS | ABOVE_THE_VM


def test_all_that_is_shown_goes_through_what_makes_it_plain() -> None:
    """A print or a write to standard output elsewhere could steer the terminal."""
    shown_by = {
        "report.colours",
        "report.events",
        "report.heartbeat",
        "report.progress",
        "report.styled",
        "report.terminal",
        "cli.prompts",
        "cli.main",
    }

    def printing(module: Path) -> set[str]:
        streams = {
            ast.unparse(node)
            for node in nodes(module)
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("sys.stdout", "sys.stderr")
        }
        return streams | called(module) & {"print"} | packages(module) & {"rich"}

    assert breaking([one for one in MODULES if name_of(one) not in shown_by], printing) == {}


def test_pure_modules_import_only_pure_ones() -> None:
    def impure(module: Path) -> set[str]:
        return {name for name in ours(module) if not among(name, PURE)}

    assert breaking(of(PURE), impure) == {}


def test_pure_modules_do_not_ask_the_system() -> None:
    """The clock, ids and the revision come as arguments."""
    asked = {"os", "sys", "random", "secrets", "uuid", "getpass", "tempfile", "shutil"}

    assert breaking(of(PURE), lambda module: packages(module) & asked) == {}


def test_pure_modules_may_reckon_with_times_but_not_read_the_clock() -> None:
    clock = {"now", "utcnow", "today"}

    assert breaking(of(PURE), lambda module: called(module) & clock) == {}


def test_no_target_is_treated_by_its_name() -> None:
    """Or staging would not run what production runs. Differences stand in deploy.yml."""

    def compared(module: Path) -> list[str]:
        comparing = [
            node for node in nodes(module) if isinstance(node, ast.Compare | ast.match_case)
        ]
        return [ast.unparse(node) for node in comparing if "vagrant" in constants(ast.walk(node))]

    below_the_vm = [module for module in MODULES if name_of(module) not in ABOVE_THE_VM]
    assert breaking(below_the_vm, compared) == {}


def test_pure_modules_do_not_know_the_vms_name_at_all() -> None:
    def vms_names(module: Path) -> list[str]:
        return [value for value in constants(nodes(module)) if value == "vagrant"]

    assert breaking(of(PURE), vms_names) == {}


def test_no_command_goes_through_a_local_shell() -> None:
    def by_shell(module: Path) -> set[str]:
        options = {node.arg or "" for node in nodes(module) if isinstance(node, ast.keyword)}
        return (options & {"shell"}) | (called(module) & {"system", "popen"})

    assert breaking(MODULES, by_shell) == {}


def test_module_is_short_enough_to_be_read_at_once() -> None:
    def beyond(module: Path) -> list[str]:
        return module.read_text().splitlines()[300:]

    assert breaking(MODULES, beyond) == {}
