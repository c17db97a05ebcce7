"""All checks together."""

import re
from datetime import UTC, datetime

from tests.unit.fakes import TOP, config
from tests.unit.testing.checks.seen import crawl
from understudy.config.verify import CHECKS, MAIL
from understudy.testing.checks import judge
from understudy.testing.checks.edge import Edge, Expected

EDGE = Edge(Expected("shop.test"), datetime.now(UTC))


def test_each_check_has_a_result_and_advice() -> None:
    settings = config()

    results = judge.judge(crawl(), EDGE, settings.app, settings.verify.budget)

    assert list(results) == list(CHECKS)
    assert list(judge.ADVICE) == list(CHECKS)


def test_good_page_has_no_findings() -> None:
    settings = config()

    results = judge.judge(crawl(), EDGE, settings.app, settings.verify.budget)

    assert {name: result.findings for name, result in results.items() if result.findings} == {}


def test_each_check_is_documented() -> None:
    page = TOP.joinpath("docs", "your-app.md").read_text()
    section = page.partition("## Checks of every site")[2].partition("\n## ")[0]

    assert set(re.findall(r"^\| `([a-z-]+)`", section, re.MULTILINE)) == {*CHECKS, MAIL}


def test_version_of_axe_is_named_beside_it() -> None:
    folder = TOP / "vendor" / "axe-core"
    [version] = re.findall(r"axe v(\S+)", folder.joinpath("axe.min.js").read_text()[:200])

    assert f"axe-core {version}" in folder.joinpath("README.md").read_text()
    assert "Mozilla Public License" in folder.joinpath("LICENSE").read_text()
