"""The plugin in a project, beside other plugins, and in a repository that has no deploy.yml."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from tests.unit.fakes import TOP, settings
from understudy.project import first_files
from understudy.project.values import Deployment, Found
from understudy.rehearsal.pytest_process import PytestProcess
from understudy.report.junit import read_warnings
from understudy.testing import kept

pytest_plugins = ["pytester"]
# pytester forgets the modules that a run imports first: the next run would have a second class of browsers.
assert kept

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
    file.write_text(dedent(text))
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


def test_folder_may_be_named_through_a_link(
    run: Run, pytester: pytest.Pytester, project: Path
) -> None:
    pytester.syspathinsert()
    put(project / "other.py", OTHER.replace("browser", "site"))
    put(project / "functional_tests/test_it.py", PRINTS_SITE)
    (project / "link").symlink_to(project / "functional_tests")

    run("-pother", "link", "--target", "staging").stdout.fnmatch_lines(["*at http://shop.test*"])


def test_missing_browser_fails_only_the_tests_that_need_one(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(project / "functional_tests/test_it.py", PRINTS_BROWSER)
    put(project / "test_unit.py", "def test_one(): pass")
    monkeypatch.setenv("PATH", "/nowhere")

    result = run("functional_tests", "test_unit.py", "--target", "staging")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["chromium is not installed"])
    assert "browser.py" not in result.stdout.str()


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


def test_apps_other_tests_may_be_configured_for_what_is_not_installed_here(
    run: Run, project: Path
) -> None:
    """With the files that init writes."""
    shop = Deployment(app={"name": Found("shop", "the folder")})
    for name, text in first_files.texts(shop).items():
        if name.startswith("functional_tests/"):
            put(project / name, text)
    put(project / "pyproject.toml", '[tool.pytest.ini_options]\naddopts = "--no-such-option"\n')
    put(project / "conftest.py", "import no_such_module\n")
    put(
        project / "functional_tests/test_site.py",
        f"import functional_tests.pages\n{dedent(PRINTS_SITE)}",
    )

    run("functional_tests", "--target", "staging").assert_outcomes(passed=1)


@pytest.mark.needs("chromium", "chromedriver")
def test_failed_browser_test_keeps_what_the_browser_showed(run: Run, project: Path) -> None:
    put(
        project / "functional_tests/test_it.py",
        """
    def test_shown(browser, second_browser):
        browser.get("data:text/html,<h1>Oh no</h1>")
        assert False
    """,
    )

    result = run("functional_tests", "--target", "staging")

    result.assert_outcomes(failed=1)
    kept = project / "reports/browser/test_shown"
    result.stdout.fnmatch_lines(["*Kept from browser*", str(kept), "*Kept from second_browser*"])
    for folder in (kept, kept / "second_browser"):
        assert (folder / "screenshot.png").read_bytes().startswith(b"\x89PNG")
    assert "Oh no" in (kept / "page.html").read_text()


@pytest.mark.needs("chromium", "chromedriver")
def test_page_that_was_loaded_twice_is_a_warning_of_the_run(run: Run, project: Path) -> None:
    put(
        project / "functional_tests/test_page.py",
        """
    def test_shown(browser):
        browser.repeated += ("http://shop.test/a", "http://shop.test/b")

    def test_next(browser):
        pass
    """,
    )

    run("--junitxml=results.xml", "functional_tests", "--target", "staging")

    [warning] = read_warnings((project / "results.xml").read_text())
    assert "repeated: 2 (http://shop.test/a, http://shop.test/b)" in warning


def test_host_is_rebooted_only_by_a_run_that_asks_for_it(run: Run, project: Path) -> None:
    put(
        project / "tests/host/test_it.py",
        """
    import pytest

    @pytest.mark.reboots
    def test_boot():
        pass

    def test_other():
        pass
    """,
    )

    run("--strict-markers").assert_outcomes(passed=1, deselected=1)
    run("-m", "reboots").assert_outcomes(passed=1, deselected=1)


HOSTS = [
    {"address": "127.0.0.9", "roles": ["web"]},
    {"address": "127.0.0.10", "roles": ["database"]},
]
OF_ROLES = """
    import pytest

    def test_of_all():
        pass

    @pytest.mark.role("web", "worker")
    def test_of_sites():
        pass

    @pytest.mark.role("{}")
    def test_of_databases():
        pass
"""


@pytest.mark.parametrize(
    ("host", "ran"),
    [
        ("127.0.0.9", ["test_of_all", "test_of_sites"]),
        ("127.0.0.10", ["test_of_all", "test_of_databases"]),
    ],
)
def test_test_runs_on_hosts_of_its_roles(
    host: str, ran: list[str], run: Run, project: Path
) -> None:
    (project / "deploy.yml").write_text(
        yaml.safe_dump(settings({"database": "postgresql", "media_url": None}, {"hosts": HOSTS}))
    )
    put(project / "tests/host/test_it.py", OF_ROLES.format("database"))

    result = run("--strict-markers", "-v", "tests/host", "--target", "staging", "--host", host)

    result.assert_outcomes(passed=len(ran), deselected=3 - len(ran))
    for name in ran:
        result.stdout.fnmatch_lines([f"*::{name} *PASSED*"])


@pytest.mark.parametrize(
    ("host", "app_host"), [("127.0.0.9", "127.0.0.9"), ("127.0.0.8", "127.0.0.9")]
)
def test_commands_of_the_app_run_on_a_host_that_has_it(
    host: str, app_host: str, run: Run, project: Path
) -> None:
    """A browser test visits the proxy."""
    hosts = [{"address": "127.0.0.8", "roles": ["proxy"]}, *HOSTS]
    (project / "deploy.yml").write_text(
        yaml.safe_dump(settings({"database": "postgresql", "media_url": None}, {"hosts": hosts}))
    )
    put(
        project / "functional_tests/test_it.py",
        """
        from understudy.testing.fixtures import UNDER_TEST

        def test_app(site, request):
            print("app at", request.config.stash[UNDER_TEST].app_host.address)
        """,
    )

    result = run("functional_tests", "--target", "staging", "--host", host)

    result.stdout.fnmatch_lines([f"*app at {app_host}*"])


def test_host_of_a_target_without_roles_has_all_but_proxy(run: Run, project: Path) -> None:
    put(project / "tests/host/test_it.py", OF_ROLES.format("proxy"))

    run("tests/host", "--target", "staging").assert_outcomes(passed=2, deselected=1)


def test_role_that_there_is_not_is_a_mistake(run: Run, project: Path) -> None:
    put(project / "tests/host/test_it.py", OF_ROLES.format("databse"))

    result = run("tests/host", "--target", "staging")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*role: 'databse' must be one of web, worker, database, proxy*"])


@pytest.mark.parametrize("autoload", ["", "1"])
def test_plugin_with_an_entry_point_is_loaded_once(
    autoload: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in this repository with Understudy installed: conftest.py must not load it again."""
    installed = tmp_path / "understudy-1.0.dist-info"
    put(installed / "METADATA", "Metadata-Version: 2.1\nName: understudy\nVersion: 1.0\n")
    put(installed / "entry_points.txt", f"[pytest11]\nunderstudy = {PLUGIN}\n")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{TOP}")
    monkeypatch.syspath_prepend(tmp_path)
    # Only what is named is loaded then.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", autoload)

    with PytestProcess(
        ["tests/unit/testing/test_site.py", "-p", "no:cacheprovider"], TOP
    ) as process:
        process.let_go(print)
        output, code = process.wait()

    assert code == 0, output


def test_tests_of_one_name_keep_their_pictures_under_names_of_their_own(
    run: Run, project: Path
) -> None:
    prints = """
        import pytest
        from understudy.testing import kept

        @pytest.mark.parametrize("page", ["a/b", "a b"])
        def test_page(page, request):
            print("file:", kept.file_name(request.node))
    """
    for folder in ("one", "two"):
        put(project / "functional_tests" / folder / "__init__.py", "")
        put(project / "functional_tests" / folder / "test_it.py", prints)

    result = run("functional_tests", "--target", "staging")

    names = [line.partition("file: ")[2] for line in result.outlines if "file: " in line]
    assert names == ["test_page-a-b-", *(f"test_page-a-b---{number}" for number in (2, 3, 4))]
