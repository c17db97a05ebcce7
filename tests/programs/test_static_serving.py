"""How nginx sends static files: compressed, for a year where the name has a hash, and in parts."""

import gzip
import os
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tests.programs.nginx_site import DOMAIN, Nginx, running
from understudy.release.static_files import BROTLI

pytestmark = pytest.mark.needs("nginx")

MODULE = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
CSS = "a { color: red }\n" * 100
BR = "what browsers take for brotli"
YEAR = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with running(tmp_path_factory.mktemp("static"), {}, app={"static_hashed": ["b.2"]}) as site:
        _fill(site)
        yield site


@pytest.fixture(scope="module")
def with_brotli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    if not MODULE.exists():
        pytest.skip(f"needs {BROTLI}")
    directory = tmp_path_factory.mktemp("brotli")
    with running(directory, {}, host={"packages": [BROTLI]}, modules=(str(MODULE),)) as site:
        _fill(site)
        yield site


def _fill(site: Nginx) -> None:
    """Copies are of other sizes than what nginx would make itself."""
    static = site.site("releases/r1/static")
    static.mkdir()
    for name in ("a.css", "only.css"):
        (static / name).write_text(CSS)
    (static / "a.css.gz").write_bytes(gzip.compress(CSS.encode(), 1))
    (static / "a.css.br").write_text(BR)
    (static / "a.png").write_bytes(b"png" * 1000)
    for suffix in (".gz", ".br"):
        (static / f"a.png{suffix}").write_text("another picture")


def get(site: Nginx, name: str, takes: str = "", **headers: str) -> tuple[HTTPResponse, bytes]:
    if takes:
        headers["Accept_Encoding"] = takes
    return site.get(f"/static/{name}", 80, DOMAIN, **headers)


@pytest.mark.parametrize("takes", ["gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8, *;q=0.1"])
def test_copy_is_sent_as_it_is(nginx: Nginx, takes: str) -> None:
    answer, body = get(nginx, "a.css", takes)

    assert body == nginx.site("releases/r1/static/a.css.gz").read_bytes()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"] == nginx.get("/static/a.css")[0].headers["Content-Type"]


def test_text_without_a_copy_is_compressed_all_the_same(nginx: Nginx) -> None:
    answer, body = get(nginx, "only.css", "gzip")

    assert (answer.headers["Content-Encoding"], gzip.decompress(body)) == ("gzip", CSS.encode())


@pytest.mark.parametrize("takes", ["", "identity", "gzip;q=0", "zstd"])
def test_who_takes_no_compression_gets_the_file(nginx: Nginx, takes: str) -> None:
    answer, body = get(nginx, "a.css", takes)

    assert (body, answer.headers["Content-Encoding"]) == (CSS.encode(), None)


@pytest.mark.parametrize(
    ("takes", "encoding"), [("gzip, br", "br"), ("br", "br"), ("gzip", "gzip")]
)
def test_brotli_comes_first(with_brotli: Nginx, takes: str, encoding: str) -> None:
    answer, body = get(with_brotli, "a.css", takes)

    assert answer.headers["Content-Encoding"] == encoding
    assert (body == BR.encode()) == (encoding == "br")
    assert answer.headers.get_all("Vary") == ["Accept-Encoding"]


@pytest.mark.parametrize("takes", ["", "gzip"])
@pytest.mark.parametrize("name", ["a.css", "only.css"])
def test_caches_keep_the_kinds_apart(nginx: Nginx, name: str, takes: str) -> None:
    assert get(nginx, name, takes)[0].headers.get_all("Vary") == ["Accept-Encoding"]


def test_what_is_no_text_has_no_copies(nginx: Nginx, with_brotli: Nginx) -> None:
    """The app may have put any file there."""
    for site in (nginx, with_brotli):
        answer, body = get(site, "a.png", "gzip, br")
        assert (body, answer.headers["Content-Encoding"]) == (b"png" * 1000, None)
        assert answer.headers["Vary"] is None


@pytest.mark.parametrize("takes", ["", "gzip"])
@pytest.mark.parametrize("name", ["a.css", "only.css", "a.png"])
def test_what_the_browser_has_is_not_sent_again(nginx: Nginx, name: str, takes: str) -> None:
    first, body = get(nginx, name, takes)

    again, nothing = get(nginx, name, takes, If_None_Match=first.headers["ETag"])
    other, _ = get(nginx, name, takes, If_None_Match='"other"')

    assert (again.status, nothing) == (304, b"")
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert other.status == 200
    assert body


def test_kinds_of_a_file_have_other_etags(nginx: Nginx) -> None:
    plain, packed = (get(nginx, "a.css", takes)[0].headers["ETag"] for takes in ("", "gzip"))

    assert plain != packed


@pytest.mark.parametrize(("name", "takes"), [("a.css", ""), ("a.png", "gzip")])
def test_part_of_a_file(nginx: Nginx, name: str, takes: str) -> None:
    whole = get(nginx, name, takes)[1]

    answer, part = get(nginx, name, takes, Range="bytes=10-19")

    assert (answer.status, part) == (206, whole[10:20])
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"


def test_copy_comes_as_a_whole(nginx: Nginx) -> None:
    """nginx sends no parts of it. A browser that resumes a download asks for no compression."""
    whole = get(nginx, "a.css", "gzip")[1]

    answer, body = get(nginx, "a.css", "gzip", Range="bytes=10-19")

    assert (answer.status, body) == (200, whole)


HASHED = (
    *("base.27e20196a850.css", "admin/js/core.min.27e20196a850.js", "x.27e20196a850.png"),
    *("LICENSE.27e20196a850", "b.2/index-DiwrgTda.js", "b.2/img/a.png"),
)
OTHERS = (
    *("base.css", "index-DiwrgTda.js", "report.202401011200.pdf", "base.27e20196a85.css"),
    *("base.27e20196a850b.css", "base.27E20196A850.css", "27e20196a850.css/a.css", "b/2/a.js"),
    *("b32/a.css", "x/b.2/a.js", "folder.27e20196a850.css/a.css", "base-27e20196a850.css"),
)


@pytest.mark.parametrize("takes", ["", "gzip"])
@pytest.mark.parametrize("name", [*HASHED, *OTHERS])
def test_only_what_has_a_hash_in_its_name_is_kept_for_a_year(
    nginx: Nginx, name: str, takes: str
) -> None:
    file = nginx.site("releases/r1/static") / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(CSS)

    answer, _ = get(nginx, name, takes)

    kept = answer.headers.get_all("Cache-Control")
    assert kept == [YEAR if name in HASHED else "max-age=3600"]
    assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]


@pytest.mark.parametrize(
    "name", ["no.css", "no.27e20196a850.css", "no.27e20196a850.png", "b.2/no.js"]
)
def test_missing_file_is_kept_by_no_one(nginx: Nginx, name: str) -> None:
    answer, _ = get(nginx, name, "gzip")

    assert (answer.status, answer.headers.get_all("Cache-Control")) == (404, ["no-store"])


def test_copy_of_the_release_before_is_not_sent_for_a_file_of_this_one(nginx: Nginx) -> None:
    before, now = (nginx.site(f"releases/{name}/static") for name in ("r0", "r1"))
    before.mkdir()
    for name in ("both.css", "old.css"):
        (before / name).write_text("before")
        (before / f"{name}.gz").write_bytes(gzip.compress(b"before"))
    (now / "both.css").write_text(CSS)

    assert gzip.decompress(get(nginx, "both.css", "gzip")[1]) == CSS.encode()
    assert gzip.decompress(get(nginx, "old.css", "gzip")[1]) == b"before"


@pytest.mark.parametrize("path", ["/", "/media/a.css", "/media/base.27e20196a850.css"])
def test_pages_and_uploads_are_sent_as_they_are(nginx: Nginx, path: str) -> None:
    """A page's size could give away what is secret in it; a visitor could upload one named like a copy."""
    media = nginx.site("shared/media")
    for name in ("a.css", "base.27e20196a850.css"):
        (media / name).write_text(CSS)
        (media / f"{name}.gz").write_bytes(gzip.compress(b"another's"))

    answer, body = nginx.get(path, Accept_Encoding="gzip")

    assert answer.headers["Content-Encoding"] is None
    assert "immutable" not in (answer.headers["Cache-Control"] or "")
    assert path == "/" or body == CSS.encode()


def test_old_copy_beside_a_newer_file_keeps_its_time(nginx: Nginx) -> None:
    """ETag and time are the copy's own: a browser that has the file itself gets the copy, and not a 304."""
    static = nginx.site("releases/r1/static")
    (static / "t.css").write_text(CSS)
    (static / "t.css.gz").write_bytes(gzip.compress(CSS.encode()))
    os.utime(static / "t.css.gz", (10**9, 10**9))
    plain = get(nginx, "t.css")[0].headers["ETag"]

    assert get(nginx, "t.css", "gzip", If_None_Match=plain)[0].status == 200
