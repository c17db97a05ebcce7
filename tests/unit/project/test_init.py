"""init in real repositories: which files it writes, and that a second run writes none."""

from pathlib import Path

import pytest

from tests.unit.fakes import TOP, FakeReport
from tests.unit.project.apps import django
from tests.unit.repositories import commit, write
from understudy.config import model
from understudy.errors import ConfigError, StepFailed
from understudy.local.atomic_write import atomic_write
from understudy.project import files, first_files, init


def made(directory: Path) -> FakeReport:
    report = FakeReport()
    init.init(directory, report, None)
    return report


def content(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): path.read_text()
        for path in directory.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    commit(tmp_path / "shop", django())
    return tmp_path / "shop"


def test_first_run_writes_what_a_project_needs(repository: Path) -> None:
    made(repository)

    new = content(repository).keys() - django().keys()
    assert new == {
        ".gitignore",
        ".understudy/deploy.schema.json",
        "deploy.py",
        "deploy.yml",
        "functional_tests/__init__.py",
        "functional_tests/pages.py",
        "functional_tests/pytest.ini",
        "functional_tests/test_site.py",
        "shop/settings_server.py",
    }
    config = model.load(repository / "deploy.yml")
    assert config.app.module == "shop.wsgi:application"
    assert config.targets["vagrant"].domain == "shop.test"
    assert ".understudy/" in content(repository)[".gitignore"]
    assert 'path = "/admin/login/"' in content(repository)["functional_tests/pages.py"]


def test_editors_find_the_schema_where_the_first_line_says(repository: Path) -> None:
    made(repository)

    first, *_ = content(repository)["deploy.yml"].splitlines()
    path = repository / first.removeprefix("# yaml-language-server: $schema=")
    assert path.read_text() == (TOP / "docs" / "deploy.schema.json").read_text()


def test_written_python_files_can_be_compiled(repository: Path) -> None:
    made(repository)

    for path, text in content(repository).items():
        if path.endswith(".py"):
            compile(text, path, "exec")


def test_second_run_changes_nothing_and_finds_nothing_to_write(repository: Path) -> None:
    made(repository)
    before = content(repository)

    report = made(repository)

    assert content(repository) == before
    assert any("nothing to do" in text for text in report.said)


def test_second_run_shows_what_it_would_write_now(repository: Path) -> None:
    made(repository)
    text = (
        (repository / "deploy.yml").read_text().replace("domain: shop.test", "domain: other.test")
    )
    write(repository, {"deploy.yml": text, "functional_tests/test_site.py": "# mine\n"})
    before = content(repository)

    report = made(repository)

    assert content(repository) == before
    assert "-    domain: other.test" in report.said
    assert "+    domain: shop.test" in report.said
    assert not any("# mine" in text for text in report.said)


def test_file_that_is_not_there_is_named_and_not_shown(repository: Path) -> None:
    made(repository)
    (repository / "deploy.py").unlink()

    report = made(repository)

    assert "deploy.py is not there: 18 lines" in report.said
    assert not any("run_deploy_py" in text for text in report.said)


def test_files_that_are_there_are_kept(repository: Path) -> None:
    write(repository, {"deploy.py": "# mine\n", ".gitignore": "*.log"})

    report = made(repository)

    assert (repository / "deploy.py").read_text() == "# mine\n"
    assert (repository / ".gitignore").read_text().startswith("*.log\n# Of Understudy")
    assert any("deploy.py was there and is kept" in text for text in report.warnings)


def test_git_still_sees_new_files_of_an_app_that_is_called_reports(repository: Path) -> None:
    commit(repository, {"reports/__init__.py": ""})
    made(repository)
    write(repository, {"reports/new.py": "", "shop/templates/reports/new.html": ""})

    paths = files.read(repository).paths

    assert {"reports/new.py", "shop/templates/reports/new.html"} <= set(paths)


def test_git_still_sees_templates_below_that_are_called_reports(repository: Path) -> None:
    made(repository)
    write(repository, {"shop/templates/reports/new.html": "", "reports/run/index.html": ""})

    paths = files.read(repository).paths

    assert "shop/templates/reports/new.html" in paths
    assert "reports/run/index.html" not in paths


def test_next_step_adds_what_the_repository_ignores(tmp_path: Path) -> None:
    commit(tmp_path, {**django(), ".gitignore": "shop/settings*\n!shop/settings.py\n"})

    report = made(tmp_path)

    assert "git add -A && git add --force shop/settings_server.py && git commit" in report.said[-1]


def test_values_of_a_dotenv_go_nowhere(repository: Path) -> None:
    write(repository, {".env": "SECRET_KEY=hunter2\nFOO=hunter2\n"})

    report = made(repository)

    written = content(repository)
    del written[".env"]
    shown = "\n".join([*report.said, *report.warnings, *written.values()])
    assert "FOO" in shown
    assert "hunter2" not in shown


def test_files_that_git_ignores_are_not_the_app(tmp_path: Path) -> None:
    ignored = {f"vendor/{path}": text for path, text in django().items()}
    commit(tmp_path, {**django(), ".gitignore": "vendor/\n"})
    write(tmp_path, ignored)

    assert not any(path.startswith("vendor/") for path in files.read(tmp_path).paths)


def test_virtual_environment_that_git_does_not_ignore_is_left_out(repository: Path) -> None:
    aside = ["venv/lib/x.py", ".understudy/cache/x.py", "web/node_modules/x.py"]
    write(repository, {"venv/pyvenv.cfg": "", **dict.fromkeys(aside, "")})

    assert not files.read(repository).texts.keys() & {*aside}


def test_file_of_another_encoding_is_read(repository: Path) -> None:
    settings = repository / "shop" / "settings.py"
    settings.write_bytes(b"# -*- coding: latin-1 -*-\n# Gr\xfc\xdfe\n" + settings.read_bytes())

    made(repository)

    assert (repository / "deploy.yml").exists()


def test_lock_file_above_the_folder_is_read(tmp_path: Path) -> None:
    commit(tmp_path, {"uv.lock": "version = 1\n", "api/app.py": "app = Flask(__name__)\n"})

    assert "../uv.lock" in files.read(tmp_path / "api").above


def test_folder_without_a_repository_is_refused(tmp_path: Path) -> None:
    write(tmp_path, django())

    with pytest.raises(ConfigError, match="is in no git repository") as error:
        made(tmp_path)
    assert "git init" in error.value.hint
    assert content(tmp_path) == django()


@pytest.mark.parametrize(
    "broken",
    [{"a/shop/settings.py": "print 'x'\n"}, {"a/uv.lock": "<<<<\n"}, {"b/manage.py": ""}],
)
def test_nothing_is_written_when_it_refuses(tmp_path: Path, broken: dict[str, str]) -> None:
    commit(tmp_path, {f"a/{path}": text for path, text in django().items()})
    write(tmp_path, broken)
    before = content(tmp_path)

    with pytest.raises(ConfigError):
        made(tmp_path)
    assert content(tmp_path) == before


def test_all_files_are_written_or_none(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repository, {".gitignore": "*.log\n"})
    before = content(repository)

    def fail_at_the_last(path: Path, text: str) -> None:
        if path.name == "deploy.yml":
            raise StepFailed("the disk is full")
        atomic_write(path, text)

    monkeypatch.setattr("understudy.project.files.atomic_write", fail_at_the_last)
    with pytest.raises(StepFailed):
        made(repository)
    assert content(repository) == before
    assert not (repository / "functional_tests").exists()


def test_deploy_py_is_the_one_of_this_project() -> None:
    assert (TOP / "deploy.py").read_text() == first_files._DEPLOY_PY
