"""A look that repeats what the last one printed does so only if nothing that it reads has changed."""

import json
import shutil
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import FakeReport, failed, printed
from tests.unit.repositories import commit, git, write
from understudy.cli import known_host, reports
from understudy.cli.look import Look, Show
from understudy.cli.verbs.context import job_of
from understudy.errors import ConfigError
from understudy.host.last_look import LastLook, Printed
from understudy.paths import Project
from understudy.ssh.connection import Result

CONFIG = """\
app:
  name: shop
  source: app
  module: shop.wsgi:application
targets:
  staging: {domain: shop.test, address: 192.0.2.7, admin: debian}
  other: {domain: shop.test, address: 192.0.2.8, admin: debian}
  many: {domain: shop.test, addresses: [192.0.2.7, 192.0.2.8], admin: debian}
"""
LIVE = "r1 is already live on staging: nothing to do"
FACTS = "current\treleases/r1\nfree\t100 4096\nend\tok\n"


@dataclass
class FakeEarly:
    """A connection whose host gives an answer; None if it can't be reached."""

    result: Result | None
    taken: bool = False

    def answer(self) -> Result | None:
        return self.result

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


@dataclass
class Workspace:
    """A project, and a host that is looked at. worked: how often a verb did its work."""

    directory: Path
    answer: Result | None = field(default_factory=lambda: printed(FACTS))
    connected: list[LastLook] = field(default_factory=list)
    report: FakeReport = field(default_factory=FakeReport)
    worked: int = 0

    @property
    def project(self) -> Project:
        return Project(self.directory, self.directory / "deploy.yml")

    def connect(self, last: LastLook, verb: str) -> FakeEarly:
        self.connected.append(last)
        return FakeEarly(self.answer)

    def look(
        self,
        work: Callable[[Any], object] = lambda report: report.say(LIVE),
        verb: str = "deploy",
        target: str = "staging",
        *,
        taking: bool = True,
        show: Show | None = None,
        found: Sequence[Printed] | None = None,
    ) -> None:
        """One run of a verb."""
        options = Namespace(verb=verb, target=target, host=None)
        with known_host.approached(options, self.project) as known:
            seen = Look(known, verb, self.project, self.report, source=verb == "deploy")
            if seen.is_repeated(show):
                return
            job = known.approach(job_of(options, self.project, seen.report, early=known.early))
            if known.early:
                known.early.taken = taking
            work(job.report)
            self.worked += 1
            seen.keep(job, found)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    write(
        tmp_path / "project",
        {"deploy.yml": CONFIG, "templates/a.j2": "a", "provision/10-a.sh": "a"},
    )
    commit(tmp_path / "project" / "app", {"shop.py": "", ".gitignore": "*.log\n"})
    made = Workspace(tmp_path / "project")
    monkeypatch.setattr(known_host, "_connect", made.connect)
    return made


@pytest.fixture
def seen(workspace: Workspace) -> Workspace:
    """Two looks at the same: the first to know the host, the second for what is found there."""
    workspace.look()
    workspace.look()
    assert (workspace.worked, len(workspace.connected)) == (2, 2)
    return workspace


def test_the_same_is_printed_without_the_work(seen: Workspace) -> None:
    seen.look()
    seen.look()

    assert seen.worked == 2
    assert seen.report.said == [LIVE] * 4
    assert len(seen.connected) == 4, "the host is asked each time"


def test_the_fields_of_an_answer_are_printed_without_the_work(workspace: Workspace) -> None:
    fields: dict[str, Any] = {
        "target": "staging",
        "host": "192.0.2.7",
        "live": None,
        "releases": [],
    }

    def status(report: Any) -> None:
        report.say("a message\nof two lines")
        report.result("releases", fields, "r1 is live\n  running")

    for _ in range(3):
        workspace.look(status, "status")

    assert workspace.worked == 2
    assert workspace.report.results == [("releases", fields)] * 3
    assert workspace.report.said[-2:] == ["r1 is live", "  running"]


CHANGES: Mapping[str, Callable[[Workspace], object]] = {
    "a key of deploy.yml": lambda here: write(
        here.directory, {"deploy.yml": CONFIG.replace("debian", "ubuntu")}
    ),
    "a template": lambda here: write(here.directory, {"templates/a.j2": "b"}),
    "another template": lambda here: write(here.directory, {"templates/b.j2": ""}),
    "provisioning": lambda here: write(here.directory, {"provision/10-a.sh": "b"}),
    "the commit": lambda here: commit(here.directory / "app", {"shop.py": "b"}),
    "the branch": lambda here: git(here.directory / "app", "commit", "--allow-empty", "-mb"),
    "a file that is not committed": lambda here: write(here.directory / "app", {"new.py": ""}),
    "the VM's address": lambda here: write(
        here.directory, {".understudy/vm/shop/network.json": '{"address": "192.168.9.2"}'}
    ),
    "the host": lambda here: setattr(here, "answer", printed(FACTS.replace("r1", "r2"))),
    "a part of the host's answer": lambda here: setattr(here, "answer", printed("current\tr1\n")),
    "the host can't be reached": lambda here: setattr(here, "answer", None),
    "the host can't say": lambda here: setattr(here, "answer", failed(FACTS)),
    "the note is damaged": lambda here: [
        file.write_text("{") for file in here.project.known.iterdir()
    ],
    "the note is gone": lambda here: shutil.rmtree(here.project.known),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_work_is_done_again_after_a_change(
    change: Callable[[Workspace], object], seen: Workspace
) -> None:
    change(seen)

    seen.look()

    assert seen.worked == 3


def test_work_is_done_again_by_other_code(seen: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_host, "states", lambda _: ["a file of another size"])

    seen.look()

    assert seen.worked == 3


def test_work_is_done_again_where_paths_lead_elsewhere(
    seen: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/bob")

    seen.look()

    assert seen.worked == 3


def test_work_is_done_for_another_verb_and_for_another_target(seen: Workspace) -> None:
    seen.look(verb="status")
    seen.look(target="other")

    assert seen.worked == 4


def test_each_verb_repeats_its_own(seen: Workspace) -> None:
    def status(report: Any) -> None:
        report.say("r1 is live, running")
        report.say("  deployed at noon")

    seen.look(status, "status")
    seen.report.said.clear()
    seen.look(status, "status")
    seen.look()

    assert seen.worked == 3
    assert seen.report.said == ["r1 is live, running", "  deployed at noon", LIVE]


def test_status_does_not_depend_on_the_commit(workspace: Workspace) -> None:
    for _ in range(2):
        workspace.look(verb="status")
    commit(workspace.directory / "app", {"shop.py": "changed"})

    workspace.look(verb="status")

    assert workspace.worked == 2


def test_files_that_git_ignores_may_change(seen: Workspace) -> None:
    write(seen.directory / "app", {"local.log": ""})

    seen.look()

    assert seen.worked == 2


def test_reports_of_an_app_in_the_projects_own_folder_may_change(tmp_path: Path) -> None:
    """`app.source: .`, which init writes: each run leaves another report beside the app's code."""
    config = CONFIG.replace("source: app", "source: .")
    ignored = "reports/\n.understudy/\n"
    commit(tmp_path, {"deploy.yml": config, "shop.py": "", ".gitignore": ignored})
    here = Workspace(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known_host, "_connect", here.connect)
        for number in range(4):
            here.look()
            write(tmp_path, {f"reports/{number}/index.html": ""})

    assert here.worked == 2


def test_free_disk_space_may_change(seen: Workspace) -> None:
    seen.answer = printed(FACTS.replace("free\t100", "free\t99"))

    seen.look()

    assert seen.worked == 2


def test_changed_deploy_yml_is_read_before_any_connection(seen: Workspace) -> None:
    """It may be wrong: then nothing is touched."""
    connected = len(seen.connected)
    write(seen.directory, {"deploy.yml": "app: [\n"})

    with pytest.raises(Exception, match="YAML"):
        seen.look()

    assert len(seen.connected) == connected


def test_host_that_a_changed_deploy_yml_leads_to_is_asked_while_the_verb_begins(
    seen: Workspace,
) -> None:
    write(seen.directory, {"deploy.yml": CONFIG.replace("192.0.2.7", "192.0.2.9")})
    connected: list[str] = []

    seen.look(lambda _: connected.append(seen.connected[-1].endpoint.address))

    assert connected == ["192.0.2.9"]


def test_job_without_the_first_connection_gets_another(seen: Workspace) -> None:
    """There was no way to the host yet when the first one was begun."""
    options = Namespace(verb="deploy", target="staging", host=None)
    with known_host.approached(options, seen.project) as known:
        first = known.early
        job = known.approach(job_of(options, seen.project, seen.report))

        assert first is not None
        assert job.early is not first
        assert job.early is known.early


def test_changed_commit_does_not_wait_for_the_host(
    seen: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """deploy.yml is read meanwhile."""
    commit(seen.directory / "app", {"shop.py": "b"})
    waited: list[str] = []
    monkeypatch.setattr(FakeEarly, "answer", lambda _: waited.append("for the host"))

    seen.look(lambda _: waited.append("worked"))

    assert waited[0] == "worked"


@pytest.mark.parametrize(
    "work",
    [
        lambda report: [report.say(LIVE), report.warn("uncommitted changes")],
        lambda report: report.ended("a step", 0.1, ok=report.started("a step") is None),
        lambda report: [report.say(LIVE), report.ran("a command", "", 0.1, ok=True)],
        lambda report: [report.say(LIVE), report.attach("receipt", {})],
        lambda report: None,
    ],
    ids=["a warning", "a step", "a command", "an attachment", "nothing"],
)
def test_run_that_did_more_than_print_is_not_repeated(
    work: Callable[[Any], object], workspace: Workspace
) -> None:
    for _ in range(3):
        workspace.look(work)

    assert workspace.worked == 3


def test_run_that_did_more_is_not_followed_by_what_was_found_before(seen: Workspace) -> None:
    seen.answer = printed("current\treleases/r2\n")
    seen.look(lambda report: report.warn("r2"))
    seen.answer = printed(FACTS)

    seen.look()

    assert seen.worked == 4


def test_answer_that_the_verb_did_not_use_is_not_kept(workspace: Workspace) -> None:
    for _ in range(3):
        workspace.look(taking=False)

    assert workspace.worked == 3


@pytest.mark.parametrize("file", ["deploy.yml", "templates/a.j2"])
def test_file_that_changes_during_a_run_is_noticed(file: str, workspace: Workspace) -> None:
    workspace.look()
    path = workspace.directory / file
    before = path.read_text()

    def work(report: Any) -> None:
        report.say("what follows from the changed file")
        path.write_text(f"{before}\n")

    workspace.look(work)
    path.write_text(before)
    workspace.look()

    assert workspace.worked == 3
    assert workspace.report.said[-1] == LIVE


@pytest.mark.parametrize("file", ["deploy.yml", "templates/a.j2", "provision/10-a.sh"])
def test_file_that_can_not_be_read_is_reported_by_what_needs_it(file: str, seen: Workspace) -> None:
    (seen.directory / file).unlink()
    (seen.directory / file).symlink_to("nowhere")

    with suppress(ConfigError):
        seen.look()
        assert seen.worked == 3


def test_repository_with_a_url_is_fetched_each_time(workspace: Workspace) -> None:
    url = workspace.directory / "app"
    write(workspace.directory, {"deploy.yml": CONFIG.replace("app\n", f"file://{url}\n", 1)})
    for _ in range(3):
        workspace.look()

    assert workspace.worked == 3
    assert len(workspace.connected) == 3


def test_nothing_is_kept_of_a_target_with_several_hosts(workspace: Workspace) -> None:
    for _ in range(3):
        workspace.look(target="many")

    assert (workspace.worked, workspace.connected) == (3, [])


def test_run_that_fails_keeps_nothing(workspace: Workspace) -> None:
    with pytest.raises(ZeroDivisionError):
        workspace.look(lambda _: 1 // 0)

    assert not workspace.project.known.exists()


def test_note_has_no_more_than_is_needed(seen: Workspace) -> None:
    """It must not become another place where secrets are."""
    [file] = seen.project.known.iterdir()

    note = json.loads(file.read_text())
    assert note["endpoint"]["address"] == "192.0.2.7"
    assert set(note["found"]["deploy"]) == {"inputs", "answer", "printed"}
    assert "releases/r1" not in file.read_text()


def test_full_disk_does_not_fail_the_run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace.directory / "in the way").touch()
    monkeypatch.setattr(Project, "known", workspace.directory / "in the way" / "known")

    workspace.look()

    assert workspace.worked == 1


def test_run_with_a_report_gets_its_lines_into_it(seen: Workspace) -> None:
    recorder = reports.recorder(seen.report, "deploy", "staging")
    options = Namespace(verb="deploy", target="staging", host=None)
    with known_host.approached(options, seen.project) as known:
        assert Look(known, "deploy", seen.project, recorder, source=True).is_repeated()

    assert recorder.record(reports.VERDICTS[0]).phases[0].lines == (LIVE,)


def test_verb_shows_what_was_found_in_its_own_way_with_what_the_host_says_now(
    workspace: Workspace,
) -> None:
    shown: list[tuple[Mapping[str, Any], str, str]] = []

    def show(found: Sequence[Printed], site: str, output: str) -> bool:
        shown.append((found[0].value, site, output))
        return output.endswith("now\tdisk\t/\nend\tok\n")

    kept = [Printed("", "status", {"id": "r1"})]
    for _ in range(2):
        workspace.look(lambda _: None, "status", found=kept, show=show)
    workspace.answer = printed(FACTS.replace("end", "now\tdisk\t/\nend"))
    workspace.look(lambda _: None, "status", found=kept, show=show)
    assert workspace.worked == 2
    assert shown == [({"id": "r1"}, "shop", workspace.answer.output)]

    workspace.answer = printed(FACTS)
    workspace.look(lambda _: None, "status", found=kept, show=show)

    assert workspace.worked == 3, "it could not be shown again"
