"""What a command imports before it does something: each package costs every run its time."""

import subprocess
import sys

import pytest

from tests.unit.fakes import TOP

PARSE = "from understudy.cli.main import VERBS, make_parser; make_parser(VERBS)"
KNOWN_HOST = f"{PARSE}; from understudy.cli import known_host"
CONNECT = f"{KNOWN_HOST}; known_host.early_class()"
REPEAT = f"{CONNECT}; import understudy.cli.look"
REPEAT_STATUS = f"{REPEAT}; import understudy.host.shown_status"
LIBRARIES = {
    "pydantic",
    "jinja2",
    "yaml",
    "rich",
    "cryptography",
    "paramiko",
    "fabric",
    "invoke",
    "asyncio",
    "packaging",
}


@pytest.mark.parametrize(
    ("done", "libraries"),
    [
        (PARSE, set()),
        (KNOWN_HOST, set()),
        (CONNECT, {"cryptography", "paramiko"}),
        (REPEAT, {"cryptography", "paramiko"}),
        (REPEAT_STATUS, {"cryptography", "paramiko"}),
    ],
)
def test_imported_libraries(done: str, libraries: set[str]) -> None:
    assert imported(done) & LIBRARIES == libraries


@pytest.mark.parametrize(
    ("verb", "not_needed"),
    [
        ("host.status", {"deploy", "diagnosis", "receipts", "traffic", "release.render"}),
        ("vm.address", {"vm.libvirt", "vm.subnets", "vm.vagrant", "vm.provider"}),
        (
            "deploy.rollout",
            {
                "traffic",
                "builds",
                "release.wheels",
                "release.downloads",
                "release.locks.compiled",
                "release.locks.uv_lock",
                "diagnosis.evidence",
                "diagnosis.causes",
                "receipts.gate",
                "rehearsal",
                "data",
                "vm",
                "cli",
            },
        ),
    ],
)
def test_modules_that_only_other_verbs_need(verb: str, not_needed: set[str]) -> None:
    loaded = {
        name.removeprefix("understudy.")
        for name in imported(f"import understudy.{verb}", whole=True)
        if name.startswith("understudy.")
    }

    assert verb in loaded
    assert loaded & not_needed == set()


def imported(statements: str, *, whole: bool = False) -> set[str]:
    """The modules that are loaded after these statements in a new Python; of each the first name."""
    program = f"{statements}; import sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=TOP, capture_output=True, text=True, check=True
    )
    return {name if whole else name.partition(".")[0] for name in done.stdout.split()}
