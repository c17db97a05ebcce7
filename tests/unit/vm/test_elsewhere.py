"""The VM on another machine, made of the same few files as other tests' VMs; its SSH runs scripts here."""

import json
import platform
from pathlib import Path

import pytest
import yaml

from tests.unit.virtual_machine import Machine
from understudy.cli import doctor, vm_host_checks
from understudy.config import model as configuration
from understudy.config.browser import BrowserConfig
from understudy.errors import ConfigError, StepFailed, Unreachable
from understudy.testing.site import site_of
from understudy.vm import address as vm_address
from understudy.vm import new_address, now, old_files, pool, reached
from understudy.vm.issuer import settings as issuer
from understudy.vm.issuer import way_back
from understudy.vm.tunnel import SSH_PORT, Tunnel
from understudy.vm.unused import Volume
from understudy.vm.vm_host import VmHost

URL = "ssh://ann@bigbox:2222"
URI = f"qemu+{URL}/system?no_tty=1"
# What it refuses is in the file `ssh-says`. Its home is `there`.
SSH = """#!/bin/sh
here=${0%/*}
echo "$@" >>"$here/ssh-calls"
if [ -e "$here/ssh-says" ]; then cat "$here/ssh-says" >&2; exit 255; fi
export HOME="$here/there"
exec sh -s
"""
UNAME = '#!/bin/sh\ncat "${0%/*}/processor"\n'


@pytest.fixture
def elsewhere(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """vm.host is set. Tunnels only note that they are open, in the file `tunnel`."""
    program(machine.tools / "ssh", SSH)
    program(machine.tools / "uname", UNAME)
    (machine.tools / "processor").write_text(platform.machine())
    (machine.tools / "there").mkdir()
    program(machine.project.directory / "provision" / "box" / "accelerator", "echo kvm; exit\n")
    place(machine, URL)
    note = machine.tools / "tunnel"

    def ensure(tunnel: Tunnel) -> bool:
        was_open = note.exists()
        note.write_text(" ".join(tunnel.words))
        return not was_open

    monkeypatch.setattr(Tunnel, "ensure", ensure)
    monkeypatch.setattr(Tunnel, "close", lambda _: note.unlink(missing_ok=True))
    return machine


def program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def place(machine: Machine, host: str, **keys: object) -> None:
    settings = yaml.safe_load(machine.project.config_file.read_text())
    settings["vm"] = {"host": host, **keys}
    machine.project.config_file.write_text(yaml.safe_dump(settings))


def kept(machine: Machine, name: str) -> str:
    return (machine.project.state / "vm" / "understudy" / name).read_text()


def test_vm_is_built_there_and_reached_through_a_tunnel(elsewhere: Machine) -> None:
    elsewhere.vm().up()

    uris = (elsewhere.tools / "virsh-uris").read_text().split()
    assert set(uris) == {URI}
    assert elsewhere.vagrant_calls() == ["box", "up"]
    console = elsewhere.tools / "there" / ".cache" / "understudy" / "understudy.console.log"
    assert console.exists()
    assert json.loads(kept(elsewhere, "vm-host.json")) == {
        "accelerator": "kvm",
        "console": str(console),
    }
    config = vm_address.load(elsewhere.project)
    target = config.one_host("vagrant")
    assert (
        f"-L {target.address}:{SSH_PORT}:{config.vm.address}:22"
        in (elsewhere.tools / "tunnel").read_text()
    )
    assert (target.port, target.address.partition(".")[0]) == (SSH_PORT, "127")
    assert f"MAP todo.test:80 {target.address}:20080" in site_of(config, "vagrant").resolver_rule
    assert "bigbox runs it under KVM" in elsewhere.report.said


def test_down_and_destroy_end_the_tunnel(elsewhere: Machine) -> None:
    for end in ("down", "destroy"):
        elsewhere.vm().up()
        assert (elsewhere.tools / "tunnel").exists()
        getattr(elsewhere.vm(), end)()
        assert not (elsewhere.tools / "tunnel").exists()


def test_commands_open_the_way_once_there_is_a_vm(elsewhere: Machine) -> None:
    elsewhere.vm()
    config = vm_address.load(elsewhere.project)
    assert not reached.ensure(elsewhere.project, config), "there is no VM yet"
    assert not (elsewhere.tools / "tunnel").exists()

    elsewhere.vm().up()
    assert not reached.ensure(elsewhere.project, config), "it is open"
    (elsewhere.tools / "tunnel").unlink()
    assert reached.ensure(elsewhere.project, config)


def test_subnet_is_one_that_is_free_there(elsewhere: Machine) -> None:
    """Its routes and networks count, and those of containers here don't."""
    (elsewhere.tools / "containers").write_text("shop lxcbr 192.168.56.1/24\n")
    elsewhere.routes("192.168.57.0/24", "192.168.58.0/23", "192.168.60.0/22")
    with new_address.chosen(elsewhere.project):
        pass
    assert vm_address.load(elsewhere.project).vm.address == "192.168.56.10"


def test_vm_of_another_machine_is_not_forgotten(elsewhere: Machine) -> None:
    """deploy.yml names another machine, or none: the VM would stay there for ever."""
    elsewhere.vm().up()
    for host in ("", "ssh://ann@other"):
        place(elsewhere, host)
        with pytest.raises(StepFailed) as raised:
            elsewhere.vm().up()
        assert raised.value.cause == f"it was built on {URL}; vm.host is {host or 'not set'}"
        assert f"Set vm.host: {URL}" in raised.value.hint
    place(elsewhere, URL)
    elsewhere.vm().destroy()
    place(elsewhere, "")
    elsewhere.vm().up()


def test_machine_without_ssh_is_named_before_anything_is_built(elsewhere: Machine) -> None:
    (elsewhere.tools / "ssh-says").write_text("ann@bigbox: Permission denied (publickey).\n")
    with pytest.raises(Unreachable) as raised:
        elsewhere.vm()
    assert "no SSH connection to bigbox" in raised.value.summary
    assert elsewhere.vagrant_calls() == []


def test_box_for_another_processor_is_not_sent(elsewhere: Machine) -> None:
    (elsewhere.tools / "processor").write_text("aarch64")
    with pytest.raises(StepFailed) as raised:
        elsewhere.vm().up()
    assert raised.value.cause.startswith("its processor is aarch64")
    assert elsewhere.vagrant_calls() == []


def test_failed_boot_shows_the_console_of_there(elsewhere: Machine) -> None:
    vm = elsewhere.vm()
    log = elsewhere.tools / "there" / ".cache" / "understudy" / "understudy.console.log"
    log.parent.mkdir(parents=True)
    log.write_text("Kernel panic - not syncing: no root\n")
    (elsewhere.tools / "fails").write_text("up")
    (elsewhere.tools / "says").write_text("Timed out while waiting for the machine to boot.\n")
    with pytest.raises(StepFailed) as raised:
        vm.up()
    assert "--- serial console ---\nKernel panic" in raised.value.details


def test_where_the_vm_is_reached_is_the_answer_of_up(elsewhere: Machine) -> None:
    elsewhere.vm().up()
    config = vm_address.load(elsewhere.project)
    (found,) = now.look(elsewhere.project, config)
    assert (found.state, found.address) == ("running", config.one_host("vagrant").address)


@pytest.mark.parametrize(
    ("vm", "mistake"),
    [
        ({"host": "bigbox"}, "vm.host: must be the URL of a machine with SSH and libvirt"),
        ({"host": "ssh://-oProxyCommand=x"}, "vm.host: must be the URL"),
        ({"host": "ssh://ann@bigbox/system"}, "vm.host: must be the URL"),
        ({"host": URL, "provider": "lxc"}, "vm.provider: must be libvirt or auto with `vm.host`"),
        ({"host": URL, "topology": "production"}, "vm.topology: must be single with `vm.host`"),
    ],
)
def test_mistakes_in_vm_host(machine: Machine, vm: dict[str, str], mistake: str) -> None:
    place(machine, **vm)
    with pytest.raises(ConfigError) as raised:
        configuration.load(machine.project.config_file)
    assert mistake in raised.value.details


def test_target_has_no_address_of_its_own(elsewhere: Machine) -> None:
    settings = yaml.safe_load(elsewhere.project.config_file.read_text())
    settings["targets"]["vagrant"]["address"] = "192.168.121.10"
    elsewhere.project.config_file.write_text(yaml.safe_dump(settings))
    with pytest.raises(ConfigError, match=r"targets.vagrant.address can't be set with vm.host"):
        vm_address.load(elsewhere.project)


def test_doctor_looks_at_the_other_machine(elsewhere: Machine) -> None:
    config = configuration.load(elsewhere.project.config_file)

    def seen() -> dict[str, str]:
        found = vm_host_checks.findings(elsewhere.project, config)
        return {one.title: one.fix or one.advice or one.seen for one in found}

    assert set(seen()) == {f"{what} on bigbox" for what in ("KVM", "libvirt", "pool of disks")} | {
        "SSH to bigbox"
    }
    assert seen()["KVM on bigbox"] == "runs a guest"
    (elsewhere.tools / "ssh-says").write_text("ann@bigbox: Permission denied (publickey).\n")
    assert "ssh-copy-id" in seen()["SSH to bigbox"]
    assert len(seen()) == 1


def test_doctor_asks_for_no_kvm_of_this_machine(elsewhere: Machine) -> None:
    checks = doctor._machine_checks(elsewhere.project, doctor.ELSEWHERE, BrowserConfig())
    assert doctor._libvirt not in checks
    assert doctor._containers not in checks


def test_prune_removes_images_there(elsewhere: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "understudy-VAGRANTSLASH-bookworm_vagrant_box_image_1.7_box.img"
    there = {URI: [Volume(name, f"/pool/{name}", 5, age=9.0)]}
    monkeypatch.setattr(pool, "volumes", lambda uri: there.get(uri, []))
    monkeypatch.setattr(pool, "disks", lambda _: [])
    gone: list[tuple[str, str]] = []
    monkeypatch.setattr(pool, "remove", lambda *volume: gone.append(volume))

    [one] = [one for one in old_files.find(elsewhere.project, URL) if one.kind == "image"]
    old_files.remove(one)

    assert one.name == f"understudy/bookworm 1.7 on {URL}"
    assert gone == [(name, URI)]


def test_without_vm_host_no_other_machine_is_asked(machine: Machine) -> None:
    machine.vm().up()
    assert json.loads(kept(machine, "vm-host.json")) == {}
    assert set((machine.tools / "virsh-uris").read_text().split()) == {"qemu:///system"}
    config = configuration.load(machine.project.config_file)
    assert list(vm_host_checks.findings(machine.project, config)) == []


def test_issuer_of_a_vm_elsewhere_is_asked_in_the_vms_own_network(elsewhere: Machine) -> None:
    settings = yaml.safe_load(elsewhere.project.config_file.read_text())
    settings["targets"]["vagrant"]["https"] = "auto"
    elsewhere.project.config_file.write_text(yaml.safe_dump(settings))
    elsewhere.vm()

    config = vm_address.load(elsewhere.project)
    target = config.one_host("vagrant")
    gateway = issuer.gateway(config.vm.address)
    assert target.acme.directory == f"https://{gateway}:14000/dir"
    assert issuer.has_issuer(target)
    assert not issuer.has_issuer(target.model_copy(update={"https": "off"}))


def test_way_back_to_the_issuer_ends_in_the_vms_network() -> None:
    """sshd there forwards from its own loopback only, so a program listens in the VM's network."""
    words = way_back.command(VmHost(URL), "192.168.56.1", "127.70.1.1")

    port = words[words.index("-R") + 1].split(":")[1]
    assert words[words.index("-R") + 1] == f"127.0.0.1:{port}:127.70.1.1:14000"
    assert words[-2:] == (
        URL,
        "systemd-socket-activate -l 192.168.56.1:14000 "
        f"/lib/systemd/systemd-socket-proxyd 127.0.0.1:{port}",
    )
    # Two VMs of one machine have two ports.
    other = way_back.command(VmHost(URL), "192.168.57.1", "127.70.2.1")
    assert port not in other[-1]
