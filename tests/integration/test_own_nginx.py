"""The project's own lines for nginx take effect with a deploy, and never if nginx refuses one of them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.site import Site
from tests.integration.staging import PROJECT

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def snippets() -> Iterator[Path]:
    folder = PROJECT / "templates" / "nginx.d"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def test_lines_that_nginx_refuses_never_take_effect(site: Site, snippets: Path) -> None:
    (snippets / "10-own.conf").write_text("location = /own { return 200 mine; }\n")
    assert site.deploy().code == 0
    assert site.get("/own").text == "mine"

    (snippets / "20-twice.conf").write_text("etag on;\netag on;\n")
    refused = site.deploy()

    assert refused.code == 1
    assert "templates/nginx.d/20-twice.conf:2" in refused.text
    assert site.get("/own").text == "mine"
    assert site.staging.host("nginx -t").code == 0

    (snippets / "20-twice.conf").write_text("etag on;\nload_module x;\n")
    refused = site.deploy()

    assert refused.code == 2
    assert "templates/nginx.d/20-twice.conf:2: not allowed in server: load_module x" in refused.text
