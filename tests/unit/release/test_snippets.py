"""templates/nginx.d/*.conf are in the site's nginx file as they are, and each of their lines is found there."""

from pathlib import Path

import pytest

from tests.unit.fakes import TEMPLATES, config
from tests.unit.repositories import write
from understudy.errors import ConfigError
from understudy.paths import Overlay
from understudy.release import render, snippets


def nginx(folder: Path) -> str:
    settings = config()
    overlay = Overlay((folder, *TEMPLATES.folders))
    return render.host_files(settings, settings.target("staging"), overlay)[0].content


def test_snippets_are_in_the_sites_server_in_the_order_of_their_names(tmp_path: Path) -> None:
    texts = {"nginx.d/20-b.conf": "etag off;", "nginx.d/10-a.conf": "# {{ x }} ü\ngzip on;\n"}
    write(tmp_path, {**texts, "nginx.d/note.txt": "no"})

    content = nginx(tmp_path)

    assert (
        "    # templates/nginx.d/10-a.conf, 2 lines:\n# {{ x }} ü\ngzip on;\n\n"
        "    # templates/nginx.d/20-b.conf, 1 lines:\netag off;\n"
    ) in content
    before, _, after = content.partition("gzip on;")
    assert "server_name shop.test;" in before
    assert "listen 127.0.0.2:80;" in after
    # Of two pages for one status, and of two regular expressions, nginx takes the first.
    assert "error_page" not in before
    assert "location ~" not in before
    assert "location ~" in after


def test_lines_are_found_again(tmp_path: Path) -> None:
    write(tmp_path, {"nginx.d/a.conf": "one;\ntwo;\n", "nginx.d/b.conf": "three;"})
    lines = nginx(tmp_path).splitlines()

    found = {lines[number - 1]: origin for number, origin in snippets.origins("\n".join(lines))}

    assert found == {
        "one;": "templates/nginx.d/a.conf:1",
        "two;": "templates/nginx.d/a.conf:2",
        "three;": "templates/nginx.d/b.conf:1",
    }


def test_site_without_snippets_has_no_trace_of_them(tmp_path: Path) -> None:
    assert "nginx.d" not in nginx(tmp_path)


def test_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "nginx.d").mkdir()
    (tmp_path / "nginx.d" / "a.conf").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError, match=r"templates/nginx\.d/a\.conf can't be read"):
        nginx(tmp_path)


@pytest.mark.parametrize(
    ("snippet", "refused"),
    [
        ("location /media/ { etag off; }", "location /media/ {"),
        ("location  ^~  /media/{", "location /media/ {"),
        ("location / {", "location / {"),
    ],
)
def test_location_of_ours_that_a_snippet_has_too_is_named_by_the_snippet(
    snippet: str, refused: str, tmp_path: Path
) -> None:
    """nginx itself names the second of the two."""
    write(tmp_path, {"nginx.d/a.conf": f"etag on;\n{snippet}\n"})
    content = nginx(tmp_path)
    line = content[: content.index(f"    {refused}")].count("\n") + 1

    hint = dict(snippets.hints(content, "shop"))[f"/shop:{line}\n"]

    assert hint.startswith("templates/nginx.d/a.conf:2 has that location, too")
    assert len(snippets.hints(content, "shop")) <= 4
