"""Where the VM does not answer because there is none, the error says so."""

import socket

import pytest
import yaml

from tests.unit.virtual_machine import Machine
from understudy.cli.main import main
from understudy.errors import NoConnection
from understudy.vm import address as vm_address
from understudy.vm import no_vm


@pytest.fixture
def nothing_listens() -> int:
    """A port."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


ELSEWHERE = "192.0.2.77"


def failed(machine: Machine, address: str | None = None) -> NoConnection:
    """A connection that failed, to the VM or to an address."""
    known = vm_address.kept(machine.project, "understudy")
    error = NoConnection("no SSH connection", details="Error reading SSH protocol banner")
    error.address = known if address is None else address
    no_vm.explain(error, machine.project)
    return error


def test_vm_that_was_never_built_or_was_destroyed(machine: Machine) -> None:
    tree = yaml.safe_load(machine.project.config_file.read_text())
    tree["vm"] = {**tree.get("vm", {}), "address": "192.168.56.10"}
    machine.project.config_file.write_text(yaml.safe_dump(tree))
    assert "has no VM understudy: it was not built yet" in failed(machine, "192.168.56.10").cause
    machine.vm().up()
    assert failed(machine, "192.168.56.10").cause == ""
    machine.vm().destroy()

    error = failed(machine, "192.168.56.10")

    assert "or was destroyed" in error.cause
    assert error.hint == "python deploy.py up"


def test_vm_that_sleeps(machine: Machine) -> None:
    machine.vm().up()
    machine.vm().down()

    error = failed(machine)

    assert (error.cause, error.hint) == ("VM understudy is not running", "python deploy.py up")


@pytest.mark.parametrize("address", [ELSEWHERE, ""])
def test_host_that_is_not_the_vm_has_no_such_cause(machine: Machine, address: str) -> None:
    """Nor has one of unknown address, as long as the VM has none."""
    error = failed(machine, address)

    assert (error.cause, error.hint) == ("", "")


@pytest.mark.parametrize("verb", ["status", "releases", "backup", "secrets list"])
def test_verb_without_a_vm_says_so(
    verb: str, machine: Machine, capsys: pytest.CaptureFixture[str], nothing_listens: int
) -> None:
    tree = yaml.safe_load(machine.project.config_file.read_text())
    tree["targets"]["vagrant"] |= {"address": "127.0.0.1", "port": nothing_listens}
    machine.project.config_file.write_text(yaml.safe_dump(tree))

    code = main(verb.split(), machine.project.directory)

    assert code == 4
    assert capsys.readouterr().err.splitlines()[1:] == [
        "cause: this project has no VM understudy: it was not built yet, or was destroyed",
        f"  127.0.0.1 port {nothing_listens}: Connection refused",
        "try: python deploy.py up",
    ]
