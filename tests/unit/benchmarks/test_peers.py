"""How benchmarks/ calls Understudy and its peers, and the app that they deploy."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from benchmarks import app as apps
from benchmarks import molecule, tools
from benchmarks.plan import Provider
from benchmarks.timing import Command, run, timed
from benchmarks.tools import TOOLS, Place, Tool
from tests.integration.staging import git
from tests.unit.fakes import TOP
from understudy.config import model
from understudy.host import provisioning
from understudy.paths import Project

PLACE = Place(("192.0.2.1", "192.0.2.2"), Path("/known_hosts"))
CONTAINER = Provider("lxc", "lxc")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> apps.App:
    return apps.make(tmp_path_factory.mktemp("app"), CONTAINER)


def test_vm_is_provisioned_as_understudys_target_of_it_needs(app: apps.App) -> None:
    tools.Understudy().deploy(app, PLACE)

    project = Project(TOP, app.config.with_name("many.yml"))
    config = model.load(project.config_file)
    vm, many = (
        provisioning.of_project(
            project, config, config.target(name).model_copy(update={"admin": "vagrant"})
        )
        for name in ("vagrant", "many")
    )
    assert many.stamp == vm.stamp


def changed(app: apps.App) -> set[str]:
    return set(git(app.repository, "diff", "--name-only", "HEAD~1").split())


def test_changes_of_the_app_are_those_that_the_scenarios_are_called_after(app: apps.App) -> None:
    code = {"lists/views.py", "lists/templates/lists/base.html"}
    app.change_code(1)
    assert changed(app) == code
    app.add_package(2)
    assert changed(app) == {*code, "requirements.txt"}


def test_enlarged_app_has_so_many_times_as_many_files(app: apps.App) -> None:
    def count() -> int:
        return len(git(app.repository, "ls-files", "lists", "copy*").split())

    before = count()
    app.enlarge(4)
    assert count() == 4 * before
    app.enlarge(16)
    assert count() == 16 * before


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_each_tool_is_pointed_at_all_hosts(
    tool: Tool, app: apps.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apps.App, "wheels", lambda _: Path("/wheels"))

    command = tool.deploy(app, PLACE)

    words = " ".join((*command.argv, *command.environment.values()))
    for file in ("many.yml", "inventory.py"):
        if file in words:
            words += app.config.with_name(file).read_text()
    assert all(word in words for word in (*PLACE.addresses, str(PLACE.known_hosts)))


def test_molecule_resets_the_vm_and_deploys_the_same_commit_as_ansible(
    app: apps.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apps.App, "wheels", lambda _: Path("/wheels"))

    command = molecule.test(app, PLACE)

    scenario = command.directory / "molecule" / "default"
    wanted = set(re.findall(r"\$\{(\w+)\}", (scenario / "molecule.yml").read_text()))
    assert wanted <= set(command.environment)
    assert command.environment["ADDRESS"] == PLACE.addresses[0]
    assert f"reset --config {app.config}" in command.environment["RESET"]
    playbooks = yaml.safe_load((scenario / "molecule.yml").read_text())["ansible"]["playbooks"]
    assert (scenario / playbooks["converge"]).resolve() == command.directory / "site.yml"


def test_each_provider_has_a_vm_of_its_own(tmp_path: Path) -> None:
    """Or each turn of the other one would build it again."""
    names = set()
    for word in ("lxc", "libvirt"):
        (tmp_path / word).mkdir()
        vm = apps.make(tmp_path / word, Provider(word, word)).staging.settings().vm
        assert vm.provider == word
        names.add(vm.name)
    assert len(names) == 2


NOTHING_DONE = {
    "Understudy": "many already serves 0123-4567: nothing to do",
    "Ansible": "192.0.2.1 : ok=8    changed=0    unreachable=0    failed=0    skipped=1",
    "pyinfra": "    Grand total                 9       -         -       9",
    "shell": "192.0.2.1: nothing to do",
}
SOMETHING_DONE = {
    "Understudy": "many serves 0123-4567 at http://todo.test/health",
    "Ansible": "192.0.2.1 : ok=8    changed=1    unreachable=0    failed=0    skipped=1",
    "pyinfra": "    Grand total                 9       1         -       8",
    "shell": "192.0.2.1: 0123456789ab",
}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_run_that_changed_something_is_not_taken_for_nothing_to_do(tool: Tool) -> None:
    tools.require_nothing_done(tool, NOTHING_DONE[tool.name])
    with pytest.raises(SystemExit):
        tools.require_nothing_done(tool, SOMETHING_DONE[tool.name])


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_each_of_several_hosts_has_to_have_had_nothing_to_do(tool: Tool) -> None:
    one = NOTHING_DONE[tool.name]
    tools.require_nothing_done(tool, one if tool.prints_totals else f"{one}\n{one}", hosts=2)
    if not tool.prints_totals:
        with pytest.raises(SystemExit):
            tools.require_nothing_done(tool, f"{one}\n{SOMETHING_DONE[tool.name]}", hosts=2)


def test_failed_command_ends_the_benchmark_with_what_it_said() -> None:
    with pytest.raises(SystemExit, match="no luck"):
        run("sh", "-c", "echo no luck; exit 3")


def test_memory_is_the_commands_own_and_not_that_of_the_benchmark(tmp_path: Path) -> None:
    done = timed(Command(("sh", "-c", "pwd; echo $NAME"), tmp_path, {"NAME": "value"}))

    assert done.output.splitlines() == [str(tmp_path), "value"]
    assert 0 < done.memory < 20 * 1024


def files(pattern: str) -> Sequence[Path]:
    found = sorted((TOP / "benchmarks" / "peers").rglob(pattern))
    assert found
    return found


@pytest.mark.parametrize("file", files("*.yml"), ids=lambda file: "-".join(file.parts[-3:]))
def test_playbooks_are_yaml(file: Path) -> None:
    """A file that is only included when it's needed fails when it's needed."""
    assert yaml.safe_load(file.read_text())


@pytest.mark.parametrize("name", ["ansible-core", "molecule", "pyinfra"])
def test_peers_are_pinned_with_hashes(name: str) -> None:
    assert f"\n{name}==" in f"\n{tools.REQUIREMENTS.read_text()}"
    assert "--hash=sha256:" in tools.REQUIREMENTS.read_text()


def test_fast_host_may_start_the_app_as_often_as_it_is_deployed() -> None:
    """systemd allows five starts in ten seconds, and the script makes more on a container."""
    unit = (tools.PEERS / "templates" / "web.service.j2").read_text()
    assert "\nStartLimitIntervalSec=0\n" in unit.partition("[Service]")[0]
