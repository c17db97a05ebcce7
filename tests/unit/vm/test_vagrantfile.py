"""How the Vagrantfile describes the VM: by deploy.yml, then by what `up` took from a capture."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.fakes import TOP
from tests.unit.virtual_machine import Machine
from understudy.config.machines import Vm
from understudy.vm.place import Here
from understudy.vm.vagrant import VagrantCalls

RUBY = shutil.which("ruby")
pytestmark = pytest.mark.needs("ruby")


def vm(
    directory: Path, given: dict[str, object] | None, target: dict[str, object] | None = None
) -> dict[str, object]:
    """What the Vagrantfile makes of the key `vm` in a project's directory."""
    text = (TOP / "Vagrantfile").read_text()
    lines = text[text.index("GIVEN = ") : text.index("HOST = ")]
    config = json.dumps({"targets": target or {}} | ({} if given is None else {"vm": given}))
    head = (
        f"require 'json'; require 'yaml'; PROJECT = '{directory}'; CONFIG = JSON.parse('{config}')"
    )
    output = subprocess.run(
        [str(RUBY), "-e", "\n".join([head, lines, "puts VM.to_json"])],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    read: dict[str, object] = json.loads(output)
    return read


def follow(directory: Path, name: str, **shape: object) -> None:
    file = directory / ".understudy" / "vm" / name / "like-production.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(shape))


@pytest.mark.parametrize("given", [None, {"memory": 2048, "name": "other"}])
def test_vm_without_a_capture_is_what_python_reads(
    given: dict[str, object] | None, tmp_path: Path
) -> None:
    found = vm(tmp_path, given)

    read = Vm.model_validate(given or {}).model_dump()
    # Plain Vagrant needs an address, also before the first `up` chose one.
    read["address"] = "192.168.56.10"
    assert found == {key: read[key] for key in found}


def test_capture_fills_in_what_deploy_yml_does_not_set(tmp_path: Path) -> None:
    follow(tmp_path, "other", release="trixie", memory=4096, cpus=4)

    found = vm(tmp_path, {"name": "other", "cpus": 1})

    assert (found["release"], found["memory"], found["cpus"]) == ("trixie", 4096, 1)


def test_vm_that_follows_nothing_has_the_defaults(tmp_path: Path) -> None:
    follow(tmp_path, "understudy")

    assert vm(tmp_path, {}) == vm(tmp_path / "elsewhere", {})


@pytest.mark.parametrize(
    "text",
    [
        "app: &app {name: shop}\nother: *app\n",
        "env: &env {A: b}\ntargets:\n  one: {environment: *env}\n  two: {environment: {<<: *env, C: d}}\n",
        "vm: {memory: &size 2048, address: 192.0.2.9}\nmore: *size\n",
    ],
)
def test_ruby_reads_of_deploy_yml_what_python_reads(text: str, tmp_path: Path) -> None:
    assert read_by_ruby(text, tmp_path) == yaml.safe_load(text)


@pytest.mark.parametrize("value", [":memory", "2026-01-31", "2026-01-31 10:00:00"])
def test_value_that_ruby_reads_as_another_type_is_no_error(value: str, tmp_path: Path) -> None:
    assert (
        "A"
        in read_by_ruby(f"app:\n  environment:\n    A: {value}\n", tmp_path)["app"]["environment"]
    )


@pytest.mark.parametrize("text", ["a: !ruby/object:Object {}\n", "a: !ruby/regexp /x/\n"])
def test_yaml_of_ruby_objects_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        read_by_ruby(text, tmp_path)


def read_by_ruby(text: str, directory: Path) -> Any:
    """A deploy.yml, as the Vagrantfile's own lines read it."""
    (directory / "deploy.yml").write_text(text)
    whole = (TOP / "Vagrantfile").read_text()
    lines = whole[: whole.index("GIVEN = ")].replace("__dir__", f"'{directory}'")
    output = subprocess.run(
        [str(RUBY), "-e", f"require 'json'\n{lines}\nputs CONFIG.to_json"],
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return json.loads(output)


def test_address_is_the_one_that_up_chose_unless_deploy_yml_gives_one(tmp_path: Path) -> None:
    file = tmp_path / ".understudy" / "vm" / "understudy" / "network.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"address": "192.168.60.10"}')
    target: dict[str, object] = {"vagrant": {"address": "10.1.1.1"}}

    assert vm(tmp_path, {})["address"] == "192.168.60.10"
    assert vm(tmp_path, {}, target)["address"] == "10.1.1.1"
    assert vm(tmp_path, {"address": "10.2.2.2"}, target)["address"] == "10.2.2.2"


def test_a_project_elsewhere_gets_a_vagrantfile_that_leads_to_ours(
    machine: Machine, tmp_path: Path
) -> None:
    """With a path that is hard to quote."""
    ours = tmp_path / "o'urs #{1} \\"
    (ours / "provision").mkdir(parents=True)
    (ours / "Vagrantfile").write_text("puts PROJECT = ENV['UNDERSTUDY_PROJECT'], __dir__")
    project = replace(machine.project, resources=ours)
    calls = VagrantCalls(project, "shop", "lxc", project.state, Here(project.state), machine.report)
    project.state.mkdir()

    calls.destroy()

    printed = subprocess.run(
        [str(RUBY), "--disable-gems", project.vagrantfile],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.splitlines() == [str(project.directory), str(ours)]


def test_several_machines_are_those_that_up_has_written_down(tmp_path: Path) -> None:
    file = tmp_path / ".understudy" / "vm" / "understudy" / "machines.json"
    assert [one["name"] for one in listed(tmp_path)] == ["understudy"]

    file.parent.mkdir(parents=True)
    file.write_text(
        '[{"name": "understudy", "address": "192.168.60.10"},'
        ' {"name": "understudy-web2", "address": "192.168.60.11"}]'
    )

    first, second = listed(tmp_path)
    assert (first["name"], first["address"]) == ("understudy", "192.168.60.10")
    assert (second["name"], second["address"]) == ("understudy-web2", "192.168.60.11")
    assert second["memory"] == 2048


def listed(directory: Path) -> list[dict[str, Any]]:
    """The machines that Vagrant makes of a VM with 2048 MiB."""
    text = (TOP / "Vagrantfile").read_text()
    vm = text[text.index("GIVEN = ") : text.index("HOST = ")]
    machines = text[text.index("LISTED = ") : text.index("# Their containers share")]
    config = "{'targets' => {}, 'vm' => {'memory' => 2048}}"
    head = f"require 'json'; PROJECT = '{directory}'; CONFIG = {config}"
    output = subprocess.run(
        [str(RUBY), "-e", "\n".join([head, vm, machines, "puts MACHINES.to_json"])],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: list[dict[str, Any]] = json.loads(output)
    return found


def test_each_container_has_a_hardware_address_of_its_own_at_each_boot() -> None:
    text = (TOP / "Vagrantfile").read_text()
    network = text[text.index("def container_network") : text.index("def container(machine")]
    head = "require 'digest'; require 'json'; RESOURCES = GATEWAY = ''; BRIDGE = 'b'"
    asked = (
        "puts %w[a b a].map { |one| container_network({ 'name' => one })['net.0.hwaddr'] }.to_json"
    )
    output = subprocess.run(
        [str(RUBY), "-e", "\n".join([head, network, asked])],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    first, second, again = json.loads(output)
    assert first == again != second
    assert re.fullmatch(r"52:54:00(:[0-9a-f]{2}){3}", first)
