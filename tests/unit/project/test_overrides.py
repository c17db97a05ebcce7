"""eject copies a file out; doctor notices a changed original; a broken one is refused early."""

import json
import re
import subprocess
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.unit.fakes import TOP, FakeReport, config
from tests.unit.repositories import write
from understudy.cli import main, override_checks
from understudy.errors import ConfigError, Refused
from understudy.paths import Project
from understudy.project import overrides


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """With a few resources, which a test may change."""
    ours = {
        "templates/nginx.conf.j2": "server {}\n",
        "templates/report.css": "b {}\n",
        "provision/60-firewall.sh": "step firewall\n",
        "provision/setup": "",
    }
    write(tmp_path / "ours", ours)
    (tmp_path / "app").mkdir()
    return Project(tmp_path / "app", tmp_path / "app" / "deploy.yml", tmp_path / "ours")


def shipped(tmp_path: Path, files: dict[str, str]) -> Project:
    """With Understudy's real resources, and files of its own."""
    write(tmp_path, files)
    return Project(tmp_path, tmp_path / "deploy.yml")


def test_every_script_and_template_can_be_copied_out(project: Project) -> None:
    names = ["provision/60-firewall.sh", "templates/nginx.conf.j2", "templates/report.css"]

    assert [one.name for one in overrides.possible(project)] == names
    for name in names:
        copy = overrides.eject(project, name)
        assert copy == project.directory / name
        assert copy.read_text().startswith((project.resources / name).read_text())
        assert not next(override_checks.findings(project)).fix


@pytest.mark.parametrize("name", ["templates/nginx.conf.j2", "nginx.conf.j2"])
def test_a_copy_renders_to_the_same_as_the_original(name: str, tmp_path: Path) -> None:
    project = shipped(tmp_path, {})
    before = [project.templates.file("nginx.conf.j2"), *rendered(project)]

    overrides.eject(project, name)

    after = [project.templates.file("nginx.conf.j2"), *rendered(project)]
    assert (after[0], after[1:]) == (tmp_path / "templates/nginx.conf.j2", before[1:])


def rendered(project: Project) -> list[object]:
    from understudy.release import render

    target = config().target("staging")
    return list(render.host_files(config(), target, project.templates))


def test_a_file_that_is_there_is_never_overwritten(project: Project) -> None:
    write(project.directory, {"templates/nginx.conf.j2": "mine"})

    with pytest.raises(Refused, match=r"templates/nginx\.conf\.j2"):
        overrides.eject(project, "nginx.conf.j2")

    assert (project.directory / "templates/nginx.conf.j2").read_text() == "mine"


@pytest.mark.parametrize("name", ["setup", "provision/setup", "../ours", "nginx"])
def test_other_names_are_refused(name: str, project: Project) -> None:
    with pytest.raises(ConfigError, match="no file"):
        overrides.eject(project, name)


def test_doctor_says_that_an_original_has_changed_since(project: Project) -> None:
    overrides.eject(project, "nginx.conf.j2")
    overrides.eject(project, "60-firewall.sh")
    write(project.resources, {"templates/nginx.conf.j2": "server { more }\n"})

    outdated, others = override_checks.findings(project)

    assert outdated.title == "templates/nginx.conf.j2"
    new = overrides.digest(project.resources / "templates/nginx.conf.j2")
    assert new in outdated.fix
    assert (others.seen, others.fix) == ("provision/60-firewall.sh", "")

    copy = project.directory / "templates/nginx.conf.j2"
    old = overrides._NOTE.search(copy.read_text())
    assert old
    copy.write_text(copy.read_text().replace(old[1], new))
    assert [one.fix for one in override_checks.findings(project)] == [""]


def test_doctor_lists_scripts_that_run_beside_ours(project: Project) -> None:
    write(project.directory, {"provision/80-own.sh": "", "provision/own.sh": ""})

    [found] = override_checks.findings(project)

    assert (found.seen, found.fix) == ("provision/80-own.sh", "")


BROKEN = {
    "syntax": ({"templates/nginx.conf.j2": "a\n{% if %}\n"}, r"templates/nginx\.conf\.j2:2 "),
    "a name": ({"templates/nginx.conf.j2": "a\nb {{ nope }}\n"}, r"nginx\.conf\.j2:2 .*'nope'"),
    "a call": ({"templates/run.j2": "\n\n{{ 1 / 0 }}"}, r"templates/run\.j2:3 .*division"),
    "a part": ({"templates/environment.j2": "{{ app.nope.x }}"}, r"environment\.j2:1 "),
    "the report": ({"templates/report.html.j2": "\n{% endfor %}"}, r"report\.html\.j2:2 "),
    "a script": ({"provision/60-firewall.sh": "if true\n"}, r"provision/60-firewall\.sh"),
    "a snippet": (
        {
            "templates/nginx.d/10-a.conf": "gzip on;\n",
            "templates/nginx.d/20-b.conf": "\nroot /etc;",
        },
        r"^templates/nginx\.d/20-b\.conf:2: not allowed in server: root /etc$",
    ),
    "a snippet's path": (
        {"templates/nginx.d/a.conf": "location / {\n  proxy_pass http://10.0.0.1;\n}"},
        r"^templates/nginx\.d/a\.conf:2: not allowed in location: proxy_pass http://10\.0\.0\.1$",
    ),
    "a snippet that leaves its server": (
        {"templates/nginx.d/a.conf": "}\nserver {\nlisten 80;\n"},
        r"^templates/nginx\.d/a\.conf:1: a } that closes nothing$",
    ),
    "a snippet without its end": (
        {"templates/nginx.d/a.conf": "location /x {\n  internal;\n"},
        r"^templates/nginx\.d/a\.conf:2: a block is not closed$",
    ),
    "a snippet without a semicolon": (
        {"templates/nginx.d/a.conf": "etag off;\ngzip on\n"},
        r"^templates/nginx\.d/a\.conf:2: no ; after gzip on$",
    ),
    "a snippet of bytes": (
        {"templates/nginx.d/a.conf": "etag off;\n\0"},
        r"a\.conf:2: has control",
    ),
    "a snippet's name": ({"templates/nginx.d/a b.conf": ""}, r"a b\.conf.*its name"),
    "a directive": ({"templates/nginx-media.j2": "load_module x;\n"}, r"refuse the nginx file"),
    "more": ({"provision/99-more.sh": "case x in\n"}, r"provision/99-more\.sh"),
}


@pytest.mark.parametrize(("files", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_override_is_refused_with_file_and_line(
    files: dict[str, str], message: str, tmp_path: Path
) -> None:
    project = shipped(tmp_path, files)

    with pytest.raises(ConfigError) as raised:
        overrides.check(project, config(), "staging")

    assert re.search(message, raised.value.summary)


def test_files_of_the_app_in_the_same_folder_are_not_checked(tmp_path: Path) -> None:
    files = {"templates/base.html.j2": "{% django %}", "provision/notes.sh": "if"}

    overrides.check(shipped(tmp_path, files), config(), "staging")


@pytest.mark.parametrize("verb", ["rehearse", "up", "deploy", "plan", "provision"])
def test_verbs_refuse_a_broken_override_before_they_ask_a_host_or_the_vm(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_program(*words: object, **_: object) -> None:
        raise AssertionError(words)

    files = {"deploy.yml": (TOP / "deploy.yml").read_text(), "templates/run.j2": "{{ nope }}"}
    shipped(tmp_path, files)
    monkeypatch.setattr(subprocess, "Popen", no_program)
    monkeypatch.setattr("understudy.vm.new_address.chosen", lambda _: nullcontext())

    assert main.main([verb, "--json"], tmp_path) == 2

    errors = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "templates/run.j2:1" in errors[-1]["summary"]


def test_eject_without_a_name_lists_all_and_marks_the_projects_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argparse import Namespace

    from understudy.cli.verbs import project as verbs

    project, report = shipped(tmp_path, {"templates/run.j2": ""}), FakeReport()

    verbs.eject(Namespace(name=None), project, report)

    assert "templates/run.j2  (this project has its own)" in report.said
    assert "templates/nginx.conf.j2" in report.said
    assert "provision/60-firewall.sh" in report.said
