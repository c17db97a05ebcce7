"""The plugin in a project, beside other plugins, and in a repository that has no deploy.yml."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.unit.fakes import TOP, settings

pytest_plugins = ["pytester"]

PRINTS_SITE = """
    def test_site(site):
        print("at", site.url, site.domain, site.address)
"""
PRINTS_BROWSER = """
    def test_browser(browser):
        print("browser:", browser)
"""
# Another plugin, with fixtures of the same names.
OTHER = """
    import pytest

    @pytest.fixture(scope="session")
    def browser():
        return "of another plugin"
"""
PLUGIN = "understudy.testing.plugin"
Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """pytest with the plugin."""

    def run(*words: str | Path) -> pytest.RunResult:
        return pytester.runpytest_inprocess("-p", PLUGIN, "-s", *words)

    return run


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    (pytester.path / "deploy.yml").write_text(
        yaml.safe_dump(settings(target={"address": "127.0.0.9"}))
    )
    (pytester.path / "functional_tests").mkdir()
    return pytester.path


def put(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace("\n    ", "\n"))
    return file


def test_site_is_that_of_the_target(run: Run, project: Path) -> None:
    put(project / "functional_tests/test_it.py", PRINTS_SITE)

    result = run("functional_tests", "--target", "staging")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*at http://shop.test shop.test 127.0.0.9*"])
    assert "target: staging, http://shop.test at 127.0.0.9" in result.outlines


def test_deploy_yml_is_found_upwards(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(project / "functional_tests/test_it.py", PRINTS_SITE)
    monkeypatch.chdir(project / "functional_tests")

    run("--target", "staging").assert_outcomes(passed=1)


def test_site_is_not_named_where_no_test_needs_it(run: Run, project: Path) -> None:
    put(project / "test_unit.py", "def test_one(): pass\n")

    result = run("--target", "no-such-target")

    result.assert_outcomes(passed=1)
    assert not [line for line in result.outlines if line.startswith("target:")]


def test_without_deploy_yml_the_fixture_says_what_is_missing(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(
        PRINTS_SITE + PRINTS_SITE.replace("test_site(site)", "test_other()")[:30] + "pass"
    )

    result = run()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"there is no deploy.yml in {pytester.path} or above"])


def test_mistake_in_deploy_yml_is_shown_without_a_traceback(run: Run, project: Path) -> None:
    put(project / "functional_tests/test_it.py", PRINTS_SITE)
    (project / "deploy.yml").write_text("app: {nmae: shop}\n")

    result = run("functional_tests")

    result.assert_outcomes(errors=1)
    assert "under_test.py" not in result.stdout.str()
    result.stdout.fnmatch_lines(["*app.nmae*"])


@pytest.mark.parametrize(
    "plugins", [["other", "understudy.testing.plugin"], ["understudy.testing.plugin", "other"]]
)
def test_another_plugins_fixture_comes_first_elsewhere(
    plugins: list[str], pytester: pytest.Pytester, project: Path
) -> None:
    pytester.syspathinsert()
    put(project / "other.py", OTHER)
    put(project / "test_theirs.py", PRINTS_BROWSER)

    result = pytester.runpytest_inprocess(
        "-s", *(f"-p{name}" for name in plugins), "test_theirs.py"
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*browser: of another plugin*"])


@pytest.mark.parametrize("folder", ["functional_tests", "tests/host"])
def test_understudys_fixture_comes_first_in_its_folders(
    folder: str, run: Run, pytester: pytest.Pytester, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.syspathinsert()
    put(project / "other.py", OTHER)
    put(project / folder / "test_ours.py", PRINTS_BROWSER)
    monkeypatch.setenv("PATH", "/nowhere")

    result = run("-pother", folder, "--target", "staging")

    assert "chromium is not installed" in result.stdout.str() + result.stderr.str()


def test_conftest_of_the_folder_overrides_a_fixture(run: Run, project: Path) -> None:
    put(project / "functional_tests/conftest.py", OTHER)
    put(project / "functional_tests/test_ours.py", PRINTS_BROWSER)

    run("functional_tests").stdout.fnmatch_lines(["*browser: of another plugin*"])


def test_plugin_imports_next_to_nothing() -> None:
    """All of its own modules, and nothing that pytest has not imported already."""
    counting = (
        "import pytest, sys; before = set(sys.modules); import understudy.testing.plugin;"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", counting], cwd=TOP, capture_output=True, text=True, check=True
    )

    assert [name for name in done.stdout.split() if not name.startswith("understudy")] == []
