"""Browser tests that destroy data are refused on a site that is not disposable."""

import pytest

from functional_tests import conftest
from understudy.rehearsal.verify import Site

pytest_plugins = ["pytester"]

TESTS = """
    import pytest

    @pytest.fixture
    def proof(pytestconfig):
        (pytestconfig.rootpath / "touched").touch()

    @pytest.mark.destroys_data
    def test_destroying(proof):
        pass

    def test_harmless():
        pass
"""


def run_on_site(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *, disposable: bool
) -> pytest.RunResult:
    """Runs a destroying and a harmless test on a site."""
    site = Site("shop", "http://shop.test", "192.0.2.7", disposable)
    monkeypatch.setattr(conftest, "find_site", lambda _config: site)
    pytester.makepyfile(TESTS)
    return pytester.runpytest_inprocess("-p", "functional_tests.conftest", "--strict-markers")


def test_destroying_test_is_refused_on_a_site_that_is_not_disposable(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run_on_site(pytester, monkeypatch, disposable=False)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*target shop is not marked `disposable: true` in deploy.yml*"])


def test_refused_test_touches_nothing(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_on_site(pytester, monkeypatch, disposable=False)

    assert not (pytester.path / "touched").exists()


def test_destroying_test_runs_on_a_disposable_site(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run_on_site(pytester, monkeypatch, disposable=True)

    result.assert_outcomes(passed=2)
    assert (pytester.path / "touched").exists()


def test_site_is_printed_first(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run_on_site(pytester, monkeypatch, disposable=True)

    [header] = [line for line in result.outlines if line.startswith("target: ")]
    assert header == "target: shop, http://shop.test at 192.0.2.7"
    assert result.outlines.index(header) < next(
        number for number, line in enumerate(result.outlines) if line.startswith("rootdir: ")
    )
