"""The other files that init writes: deploy.py, a first browser test, and lines for .gitignore. Pure."""

import re
from collections.abc import Iterator, Mapping

from understudy.project import deploy_yml
from understudy.project.tree import Tree
from understudy.project.values import Deployment

_DEPLOY_PY = '''\
#!/usr/bin/env python3
# PYTHON_ARGCOMPLETE_OK
"""The same as `understudy`, for the project in this folder. `python deploy.py --help` lists its verbs."""

import sys

try:
    from understudy.cli.main import run_deploy_py
except ModuleNotFoundError as error:
    if error.name != "understudy":
        raise
    sys.stderr.write(
        f"error: the Python package understudy is not installed in {sys.prefix}\\n"
        "try: install it there, or call this file by the Python that has it\\n"
    )
    sys.exit(4)

run_deploy_py(__file__)
'''
_PAGES = '''\
"""The site's pages, as a test uses them."""


class Page:
    """A page of the site: its path, and what is on it."""

    path = "{page}"

    def __init__(self, browser, site):
        self.browser = browser
        self.url = site.url + self.path

    def open(self):
        self.browser.get(self.url)
        return self

    @property
    def text(self):
        """What a visitor can read."""
        return self.browser.find_element("css selector", "body").text

    @property
    def status(self):
        """The HTTP status of the answer."""
        entry = "return performance.getEntriesByType('navigation')[0].responseStatus"
        return self.browser.execute_script(entry)
'''
_TEST = '''\
"""Browser tests of the deployed site: `pytest functional_tests`, for the target of --target."""

from functional_tests.pages import Page


def test_page_shows_something(browser, site):
    page = Page(browser, site).open()

    assert page.status == 200
    assert page.text
    assert "Server Error" not in page.text
'''
_PYTEST = """\
; These tests run where Understudy is installed. The options and conftest.py of the app's other tests may
; need what is not there: with this file pytest doesn't read them.
[pytest]
"""
# Not in folders below: an app may have templates/reports/.
_STATE, _REPORTS = "/.understudy/", "/reports/"


def texts(found: Deployment) -> dict[str, str]:
    """Path -> text of all files but .gitignore. deploy.yml is the last one."""
    return {
        **{path: file.value for path, file in found.files.items()},
        "deploy.py": _DEPLOY_PY,
        "functional_tests/__init__.py": "",
        "functional_tests/pages.py": _PAGES.replace("{page}", found.page),
        "functional_tests/pytest.ini": _PYTEST,
        "functional_tests/test_site.py": _TEST,
        "deploy.yml": deploy_yml.text(found),
    }


def gitignore(tree: Tree) -> str:
    """The text of .gitignore with the lines that it lacks; the same text if it lacks none."""
    text = tree.texts.get(".gitignore", "")
    lacking = list(_lacking(tree, text.splitlines()))
    if not lacking:
        return text
    before = text if not text or text.endswith("\n") else f"{text}\n"
    return before + "\n".join(
        ["# Of Understudy: its state, and the reports of its runs.", *lacking, ""]
    )


def _lacking(tree: Tree, lines: list[str]) -> Iterator[str]:
    there = {line.strip().strip("/") for line in lines}
    # Reports are in .understudy/ then.
    is_package = any(re.fullmatch(r"reports/[^/]+\.py", path) for path in tree.paths)
    wanted = (_STATE,) if is_package else (_STATE, _REPORTS)
    yield from (line for line in wanted if line.strip("/") not in there)


def differing(wanted: Mapping[str, str], there: Mapping[str, str | None]) -> dict[str, str]:
    """The files whose text differs from what is there, or that are not there. None: not there."""
    return {path: text for path, text in wanted.items() if there[path] != text}
