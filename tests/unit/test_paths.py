"""What is the project's and what is Understudy's, and which file of the same name counts."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.fakes import TOP
from tests.unit.repositories import write
from understudy.paths import Project, find_project, project_of

RUBY = shutil.which("ruby")


def project_in(directory: Path) -> Project:
    """With resources in a folder of their own, as those of an installed Understudy are."""
    return Project(directory / "app", directory / "app" / "deploy.yml", directory / "ours")


def test_project_is_the_nearest_folder_above_with_a_deploy_yml(tmp_path: Path) -> None:
    write(tmp_path, {"deploy.yml": "", "site/deploy.yml": "", "site/src/shop/urls.py": ""})

    assert find_project(tmp_path / "site" / "src" / "shop").directory == tmp_path / "site"
    assert find_project(tmp_path / "site").config_file == tmp_path / "site" / "deploy.yml"
    assert find_project(tmp_path / "site" / "src", "other.yml").directory == tmp_path / "site"
    assert find_project(tmp_path / "site" / "src", "other.yml").config_file == Path("other.yml")


def test_without_a_deploy_yml_the_project_is_the_folder_of_the_given_file(tmp_path: Path) -> None:
    given = tmp_path / "here" / "staging.yml"

    assert find_project(tmp_path / "elsewhere", str(given)).directory == tmp_path / "here"
    assert find_project(tmp_path).config_file == tmp_path / "deploy.yml"


def test_deploy_yml_of_another_project_is_taken_with_its_tests(tmp_path: Path) -> None:
    for name in ("here", "shop"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "deploy.yml").touch()
    given = tmp_path / "shop" / "deploy.yml"

    assert find_project(tmp_path / "here", str(given)).directory == tmp_path / "here"

    (tmp_path / "shop" / "deploy.py").touch()
    found = find_project(tmp_path / "here", str(given))
    assert (found.directory, found.config_file) == (tmp_path / "shop", given)
    other = find_project(tmp_path / "here", str(given.with_name("other.yml")))
    assert other.directory == tmp_path / "here"


def test_reports_stay_out_of_an_app_that_is_called_reports(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    assert project.reports == tmp_path / "app/reports"

    write(tmp_path / "app/reports", {"__init__.py": "", "views.py": ""})

    assert project.reports == tmp_path / "app/.understudy/reports"
    # Others' rights are taken from these.
    assert tmp_path / "app/reports" not in project.private


def test_a_template_of_the_project_counts_before_ours(tmp_path: Path) -> None:
    write(tmp_path / "ours/templates", {"nginx.conf.j2": "ours", "report.css": "ours"})
    write(tmp_path / "app/templates", {"nginx.conf.j2": "own", "base.html": "the app's"})
    project = project_in(tmp_path)

    assert project.templates.file("nginx.conf.j2").read_text() == "own"
    assert project.templates.file("report.css").read_text() == "ours"
    # A repository may have a folder templates/ of its app.
    assert [path.name for path in project.host_inputs] == ["nginx.conf.j2", "report.css"]


def test_snippets_of_the_project_are_among_what_decides_about_a_host(tmp_path: Path) -> None:
    snippets = {"nginx.d/20-b.conf": "", "nginx.d/10-a.conf": "", "nginx.d/README": ""}
    write(tmp_path / "app/templates", snippets)
    write(tmp_path / "ours/templates", {"nginx.conf.j2": "ours"})

    names = [path.name for path in project_in(tmp_path).host_inputs]
    assert names == ["nginx.conf.j2", "10-a.conf", "20-b.conf"]


def test_provisioning_scripts_of_the_project_replace_ours_and_come_between_them(
    tmp_path: Path,
) -> None:
    write(tmp_path / "ours/provision", {"10-a.sh": "ours a\n", "50-c.sh": "ours c\n"})
    write(tmp_path / "app/provision", {"50-c.sh": "own c\n", "20-b.sh": "own b\n", "x.sh": "no"})

    parts = project_in(tmp_path).provision_parts

    assert "".join(path.read_text() for path in parts) == "ours a\nown b\nown c\n"
    assert set(parts) <= set(project_in(tmp_path).host_inputs)


@pytest.mark.needs("ruby")
def test_vagrantfile_takes_the_same_scripts_in_the_same_order(tmp_path: Path) -> None:
    write(tmp_path / "ours/provision", {"10-a.sh": "", "50-c.sh": ""})
    write(tmp_path / "app/provision", {"50-c.sh": "", "20-b.sh": "", "x.sh": ""})
    text = (TOP / "Vagrantfile").read_text()
    lines = text[text.index("def parts") : text.index("# The same text and")]
    head = f"require 'json'; RESOURCES = '{tmp_path}/ours'; PROJECT = '{tmp_path}/app'"

    printed = subprocess.run(
        [str(RUBY), "--disable-gems", "-e", "\n".join([head, lines, "puts parts.to_json"])],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert json.loads(printed) == [str(path) for path in project_in(tmp_path).provision_parts]


def test_checkout_is_its_own_project_and_has_the_vagrantfile_beside_deploy_yml() -> None:
    project = Project(TOP, TOP / "deploy.yml")

    assert project.resources == TOP
    assert project.vagrantfile == TOP / "Vagrantfile"
    assert project.host_tests == (TOP / "tests" / "host",)
    assert project_of(project.vagrantfile) == TOP


def test_projects_elsewhere_have_a_vagrantfile_each(tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path / "deploy.yml")

    assert project.vagrantfile.is_relative_to(project.state)
    assert project_of(project.vagrantfile) == tmp_path


def test_host_tests_are_ours_and_the_projects(tmp_path: Path) -> None:
    write(tmp_path, {"ours/tests/host/test_a.py": "", "app/tests/host/test_b.py": ""})

    folders = project_in(tmp_path).host_tests

    assert folders == (tmp_path / "ours/tests/host", tmp_path / "app/tests/host")
