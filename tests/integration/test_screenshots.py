"""Screenshots of the example's own browser tests: two runs give equal ones, and a change of the site shows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.site import Site
from tests.integration.staging import PROJECT, run
from understudy.report.gallery import Picture
from understudy.report.screenshots import gather

CSS, LOGO = "lists/static/lists/lists.css", "lists/static/lists/logo.svg"
FORM, HOME = "lists/templates/lists/_item_form.html", "lists/templates/lists/home.html"
# What is changed in which file, and a test whose last picture shows it.
CHANGES = {
    "a colour": (CSS, "--accent: #0f766e", "--accent: #0f7690"),
    "a button that has moved": (CSS, r"grid-template-columns: 1fr auto; gap: \.75rem", "gap: 1rem"),
    "a missing image": (LOGO, r"(?s).+", "<svg/>"),
    "one word": (HOME, "Write down the first thing", "Write down the next thing"),
}


def photographed(site: Site, pages: Path, tests: str = "") -> Path:
    """The pictures of the example's browser tests. tests: an expression that chooses some of them."""
    answer = run(
        *(str(PROJECT / ".venv/bin/pytest"), "functional_tests", "-q", "-k", tests),
        *("--deploy-config", site.staging.config, "--keep-pages", pages),
    )
    assert answer.code == 0, answer.text
    return pages


@pytest.fixture(scope="module")
def unchanged(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return photographed(site, tmp_path_factory.mktemp("pages") / "first")


@pytest.fixture
def _undone(site: Site) -> Iterator[None]:
    yield
    site.staging.undo_commits(1)


@pytest.mark.long
def test_an_unchanged_site_has_no_changed_picture(
    site: Site, unchanged: Path, tmp_path: Path
) -> None:
    """Titles, mail addresses and times are others in the second run."""
    pictures = gather(photographed(site, tmp_path / "second"), unchanged)

    assert {picture.state for picture in pictures} == {"same"}
    assert sum(1 + len(picture.also) for picture in pictures) > 50


@pytest.mark.long
@pytest.mark.usefixtures("_undone")
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_site_is_reported(
    change: str, site: Site, unchanged: Path, tmp_path: Path
) -> None:
    site.commit(*CHANGES[change])
    assert site.deploy().code == 0
    # It passes without the logo, too.
    test = "test_stylesheet_lays_out_the_page"

    pictures = gather(photographed(site, tmp_path / "second", test), unchanged)

    shown: list[Picture] = [one for one in pictures if test in (one.name, *one.also)]
    assert [one.state for one in shown] == ["changed"]
    assert shown[0].marked
