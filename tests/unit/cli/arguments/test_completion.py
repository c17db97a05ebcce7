"""What the shell completes, by argcomplete's protocol."""

import io
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import argcomplete
import pytest
import yaml

from tests.unit.fakes import TOP
from understudy.cli import main
from understudy.cli.arguments import completion, config_keys
from understudy.cli.arguments.command_line import make_parser
from understudy.config import model, origins
from understudy.host import known_names
from understudy.paths import Project

DEPLOY_YML = """
app: {name: 1, no: such key}
processes: {worker: {}, beat: {}}
timers: {prune: {}}
targets:
  vagrant: {address: 192.0.2.9}
  production: {addresses: [192.0.2.1, 192.0.2.2]}
  shop:
    hosts:
      - {address: 192.0.2.3, roles: [proxy]}
      - {address: 192.0.2.4, roles: [web]}
      - {address: 192.0.2.5, roles: [worker]}
      - {address: 192.0.2.6, roles: [database]}
"""
VERBS = [verb for group in make_parser(main.VERBS).groups.values() for verb in group]


class Ended(Exception):
    """In place of the end of the process."""


class Finder(argcomplete.CompletionFinder):  # type: ignore
    def _init_debug_stream(self) -> None:
        """Not the process's file 9, which is pytest's."""
        argcomplete.io.debug_stream = io.StringIO()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """What two targets were seen with; deploy.yml has mistakes."""
    made = Project(tmp_path, tmp_path / "deploy.yml")
    made.config_file.write_text(DEPLOY_YML)
    made.known.mkdir(parents=True)
    known_names.keep(made, "vagrant", known_names.RELEASES, ["20260101-a", "20260102-b"])
    known_names.keep(made, "production", known_names.RELEASES, ["20260103-c"])
    known_names.keep(made, "production", known_names.BACKUPS, ["b1", "b2"])
    return made


def completed(line: str, project: Project, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What bash gets for the line `understudy LINE`, with the cursor at its end."""
    parser = make_parser(main.VERBS, "understudy")
    parser.set_defaults(directory=project.directory)
    whole = f"understudy {line}"
    for name, value in (("", "1"), ("_IFS", "\n"), ("_SUPPRESS_SPACE", "1")):
        monkeypatch.setenv(f"_ARGCOMPLETE{name}", value)
    monkeypatch.setenv("COMP_LINE", whole)
    monkeypatch.setenv("COMP_POINT", str(len(whole)))

    def end(_: int) -> None:
        raise Ended

    out = io.StringIO()
    with pytest.raises(Ended):
        completion.run(parser, partial(Finder().__call__, exit_method=end, output_stream=out))
    return [word for word in out.getvalue().split("\n") if word]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--target ", ["vagrant", "production", "shop"]),
        ("deploy --target pro", ["production"]),
        ("data pull --from v", ["vagrant"]),
        ("drift --between capture ", ["vagrant", "production", "shop", "capture", "code"]),
        ("status --target production --host ", ["192.0.2.1", "192.0.2.2"]),
        ("--target production status --host ", ["192.0.2.1", "192.0.2.2"]),
        ("status --host ", ["192.0.2.9"]),
        (
            "ssh --target shop --host ",
            ["192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6"],
        ),
        ("drain on --target shop --host ", ["192.0.2.4"]),
        ("backup --target shop --host ", ["192.0.2.4", "192.0.2.5"]),
        ("plan --target shop --host ", ["192.0.2.3", "192.0.2.4", "192.0.2.5"]),
        ("open --target shop --host ", ["192.0.2.3"]),
        ("rollback --to ", ["20260102-b", "20260101-a"]),
        ("rollback --target production --to ", ["20260103-c"]),
        ("restore --target production ", ["b2", "b1"]),
        ("restore ", []),
        ("restart ", ["web", "worker", "beat"]),
        ("restart worker b", ["beat"]),
        ("scale w", ["worker="]),
        ("logs -p ", ["web", "worker", "beat", "prune", "nginx"]),
        ("timers ", ["list", "run"]),
        ("timers run ", ["prune"]),
        ("reset --level ", ["provisioned", "deployed", "seeded"]),
        ("rehearse --only bro", ["browser-tests"]),
        ("rehearse --start-at e", ["edge"]),
        ("secrets ", ["set", "list", "rm"]),
        ("eject templates/nginx.conf", ["templates/nginx.conf.j2"]),
        ("depl", ["deploy"]),
        ("", [*VERBS, "help"]),
        ("help ro", ["rollback"]),
        ("help data ", ["pull", "load"]),
        ("help data p", ["pull"]),
        ("help deploy ", []),
        ("config app.work", ["app.worker_class", "app.workers", "app.workers_first"]),
        ("config vm.pro", ["vm.provider"]),
        (
            "config targets.production.add",
            ["targets.production.address", "targets.production.addresses"],
        ),
        ("config targets.production.cert", ["targets.production.certificate"]),
        ("config processes.", ["processes.worker", "processes.beat"]),
        ("config nothing", []),
        ("logs --since ", ["30min", "2h", "1d", "7d", "deploy"]),
        ("audit --since ", ["30min", "2h", "1d", "7d"]),
        ("logs -n ", []),
        ("logs --f", ["--follow"]),
        ("deploy ", []),
        ("mail ", []),
    ],
)
def test_completions(
    line: str, expected: list[str], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Options and files are not among them where a verb or a name is due."""
    assert completed(line, project, monkeypatch) == expected


def test_file_is_completed_where_one_is_due(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.directory)

    assert completed("--config dep", project, monkeypatch) == ["deploy.yml"]


def test_all_first_keys_of_config_are_completed() -> None:
    text = (TOP / "deploy.yml").read_text()
    schema = config_keys.read((TOP / "docs" / "deploy.schema.json").read_text())
    tree = yaml.safe_load(text)
    found = origins.settings(model.load(TOP / "deploy.yml"), text, "deploy.yml")

    first = config_keys.at("", schema, tree)
    below = [key for one in first for key in config_keys.at(f"{one}.", schema, tree)]

    assert {one.place[0] for one in found} <= set(first)
    assert {".".join(one.place[:2]) for one in found if len(one.place) > 1} <= {*below}


@pytest.mark.parametrize("text", [None, "a: [", "targets: none", "- a", "targets: {vagrant: }"])
@pytest.mark.parametrize("line", ["rollback --to ", "scale ", "status --host "])
def test_nothing_is_completed_without_a_deploy_yml_that_can_be_read(
    text: str | None, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(tmp_path, tmp_path / "deploy.yml")
    if text:
        project.config_file.write_text(text)

    assert completed(line, project, monkeypatch) == []


def test_program_answers_the_shell(project: Project) -> None:
    """And asks neither the model of deploy.yml nor a host."""
    # Of this process, Project.known is elsewhere.
    shutil.copytree(project.known, project.directory / ".understudy" / "known")
    answer = project.directory / "answer"
    line = "understudy rollback --to 20260102"
    protocol = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_STDOUT_FILENAME": str(answer)}
    environment = {**os.environ, **protocol, "COMP_LINE": line, "COMP_POINT": str(len(line))}
    program = (
        "import atexit, os, sys; from understudy.cli import main; slow = {'pydantic', 'fabric'};"
        "end = os._exit; os._exit = lambda code: end(bool(slow & set(sys.modules)));"
        "main.run_installed()"
    )
    subprocess.run(
        [sys.executable, "-c", program],
        cwd=project.directory,
        env={**environment, "PYTHONPATH": str(TOP)},
        check=True,
    )

    assert answer.read_text().strip() == "20260102-b"
