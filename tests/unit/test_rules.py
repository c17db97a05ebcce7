"""The rules of the design that the code itself can show: who may import what, who may know what."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.unit.fakes import TOP

PACKAGE = TOP / "understudy"
MODULES = sorted(PACKAGE.rglob("*.py"))
IMPURE = {"subprocess", "socket", "time", "fabric", "paramiko", "invoke", "vagrant", "threading"}
DOORS = {
    "artifact",
    "box",
    "bytecode",
    "cli",
    "connection",
    "doctor",
    "forward",
    "health",
    "orphan",
    "packages",
    "probe",
    "runner",
    "session",
    "shell",
    "signing",
    "transport",
    "verify",
    "visitor",
    "vm",
    "why_unreachable",
}
ABOVE_THE_VM = {"cli", "rehearsal", "vm"}
# These only tell when something was, or how long it took.
CLOCK_READERS = {"evidence", "report", "rehearsal", "reporting", "timings"}
PURE = {
    "actions",
    "causes",
    "commands",
    "config",
    "dead_ends",
    "diagnosis",
    "django_settings",
    "errors",
    "facts",
    "fingerprint",
    "graph",
    "junit",
    "log_lines",
    "masking",
    "page",
    "plain",
    "plan",
    "preview",
    "probing",
    "project",
    "provision",
    "receipt",
    "receipt_differences",
    "record",
    "release",
    "render",
    "schedule",
    "switching",
    "wanted",
}


def name_of(module: Path) -> str:
    """The module's name in the package; all of the commands count as one."""
    parts = module.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


@cache
def nodes(module: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(module.read_text())))


def shown(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


def imports(module: Path) -> Iterator[str]:
    """The full names of what a module imports, wherever in it."""
    for node in nodes(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the package"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def called(module: Path) -> Iterator[str]:
    """The last names of what a module calls: `b` of a.b()."""
    for node in nodes(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def of(names: set[str]) -> list[Path]:
    return [module for module in MODULES if name_of(module) in names]


@pytest.mark.parametrize("module", MODULES, ids=shown)
def test_only_the_doors_reach_outside(module: Path) -> None:
    name = name_of(module)
    allowed = IMPURE if name in DOORS else {"time"} if name in CLOCK_READERS else set()

    assert {imported.partition(".")[0] for imported in imports(module)} & IMPURE <= allowed


def test_doors_and_pure_modules_are_there_under_these_names() -> None:
    """Or the rules would hold for nothing."""
    assert {name_of(module) for module in MODULES} >= DOORS | PURE


@pytest.mark.parametrize("module", of(PURE), ids=shown)
def test_pure_modules_import_only_pure_ones(module: Path) -> None:
    ours = {name.split(".")[1] for name in imports(module) if name.startswith("understudy.")}

    assert ours <= PURE


@pytest.mark.parametrize("module", of(PURE), ids=shown)
def test_pure_modules_do_not_ask_the_system(module: Path) -> None:
    """The clock, ids and the revision come as arguments."""
    asked = {"os", "sys", "random", "secrets", "uuid", "getpass", "tempfile", "shutil"}

    assert not {imported.partition(".")[0] for imported in imports(module)} & asked


@pytest.mark.parametrize("module", of(PURE), ids=shown)
def test_pure_modules_may_reckon_with_times_but_not_read_the_clock(module: Path) -> None:
    assert not {"now", "utcnow", "today"} & set(called(module))


BELOW_THE_VM = [module for module in MODULES if name_of(module) not in ABOVE_THE_VM]


@pytest.mark.parametrize("module", BELOW_THE_VM, ids=shown)
def test_no_target_is_treated_by_its_name(module: Path) -> None:
    """Or staging would not run what production runs. Differences stand in deploy.yml."""
    compared = [
        ast.unparse(node)
        for node in nodes(module)
        if isinstance(node, ast.Compare | ast.match_case)
        and any(
            isinstance(part, ast.Constant) and part.value == "vagrant" for part in ast.walk(node)
        )
    ]

    assert compared == []


@pytest.mark.parametrize("module", of(PURE), ids=shown)
def test_pure_modules_do_not_know_the_vms_name_at_all(module: Path) -> None:
    constants = [node for node in nodes(module) if isinstance(node, ast.Constant)]

    assert "vagrant" not in [constant.value for constant in constants]


@pytest.mark.parametrize("module", MODULES, ids=shown)
def test_no_command_goes_through_a_local_shell(module: Path) -> None:
    keywords = [node.arg for node in nodes(module) if isinstance(node, ast.keyword)]

    assert "shell" not in keywords
    assert not {"system", "popen"} & set(called(module))


@pytest.mark.parametrize("module", MODULES, ids=shown)
def test_module_is_short_enough_to_be_read_at_once(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= 300
