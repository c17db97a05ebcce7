"""Tests in a repository of its own: all kinds of them run against the deployed site, each with its own line."""

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.integration.site import Site
from tests.integration.staging import PROJECT, Answer, run

pytestmark = pytest.mark.timeout(1800)

BROWSER_TEST = """
import pytest
from understudy.testing.pages import Page

def test_everything_is_there(browser, second_browser, site, manage):
    for visitor in browser, second_browser:
        page = Page(visitor, site.url + "/")
        page.open()
        assert page.status() == 200
    assert site.get("/health").status_code == 200
    assert site.client().get("/").cookies["csrftoken"]
    assert "no issues" in manage("check")

@pytest.mark.destroys_data
def test_is_disposable(site):
    assert site.disposable
"""
HOST_TEST = """
def test_nginx_runs(host):
    assert host.service("nginx").is_running
"""
JUNIT = '<testsuite><testcase name="buys a book"/><testcase name="pays"/></testsuite>'
E2E = f"""
import os, pathlib, sys
import requests
assert requests.get(os.environ["TEST_SERVER"]).ok
pathlib.Path("junit.xml").write_text('{JUNIT}')
"""
DEPLOY_PY = "from understudy.cli.main import run_deploy_py\n\nrun_deploy_py(__file__)\n"


@pytest.fixture
def shop(site: Site, tmp_path: Path) -> Path:
    """An app's repository, with Understudy's few files and tests of its own."""
    staging = site.staging
    settings = yaml.safe_load(staging.config.read_text())
    settings["targets"]["vagrant"]["address"] = staging.address
    command = {"command": f"{sys.executable} e2e.py", "environment": {"TEST_SERVER": "{url}"}}
    settings["verify"] = {"commands": [{**command, "name": "e2e", "junit": "junit.xml"}]}
    (tmp_path / "deploy.yml").write_text(yaml.safe_dump(settings))
    for name, text in {
        "functional_tests/test_site.py": BROWSER_TEST,
        "tests/host/test_mine.py": HOST_TEST,
        "e2e.py": E2E,
        "deploy.py": DEPLOY_PY,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def run_here(shop: Path, *words: str) -> Answer:
    """As with Understudy installed."""
    return run("env", f"PYTHONPATH={PROJECT}", sys.executable, *words, directory=shop)


def lines(junit: Path) -> dict[str, list[str]]:
    """The passed tests of each suite."""
    return {
        str(suite.get("name")): [
            str(case.get("name")) for case in suite.iter("testcase") if len(case) == 0
        ]
        for suite in ET.parse(junit).getroot()  # noqa: S314
    }


def test_all_kinds_of_tests_run_and_have_their_lines(shop: Path) -> None:
    answer = run_here(shop, "deploy.py", "verify")

    assert answer.code == 0, answer.text
    [junit] = (shop / "reports").glob("*-verify-*/junit.xml")
    found = lines(junit)
    assert found["project's host tests"] == ["test_nginx_runs"]
    assert sorted(found["browser tests"]) == ["test_everything_is_there", "test_is_disposable"]
    assert found["e2e tests"] == ["buys a book", "pays"]
    assert "test_health_path_answers" in found["host tests"]
    assert found["page tests"]


def test_browser_tests_run_by_hand(shop: Path) -> None:
    answer = run_here(shop, "-m", "pytest", "-p", "understudy.testing.plugin", "functional_tests")

    assert answer.code == 0, answer.text
    assert "target: vagrant, http://todo.test at " in answer.text
