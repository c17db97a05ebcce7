"""Browser tests that destroy data are refused on a site that is not disposable."""

import pytest
import yaml

from tests.unit.fakes import settings

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


def run_on_site(pytester: pytest.Pytester, *, disposable: bool) -> pytest.RunResult:
    """Runs a destroying and a harmless test on a site."""
    (pytester.path / "deploy.yml").write_text(
        yaml.safe_dump(settings(target={"disposable": disposable}))
    )
    pytester.makepyfile(TESTS)
    return pytester.runpytest_inprocess(
        "-p", "understudy.testing.plugin", "--strict-markers", "--target", "staging"
    )


def test_destroying_test_is_refused_on_a_site_that_is_not_disposable(
    pytester: pytest.Pytester,
) -> None:
    result = run_on_site(pytester, disposable=False)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*target staging is not marked `disposable: true` in deploy.yml*"])


def test_refused_test_touches_nothing(pytester: pytest.Pytester) -> None:
    run_on_site(pytester, disposable=False)

    assert not (pytester.path / "touched").exists()


def test_destroying_test_runs_on_a_disposable_site(pytester: pytest.Pytester) -> None:
    result = run_on_site(pytester, disposable=True)

    result.assert_outcomes(passed=2)
    assert (pytester.path / "touched").exists()
