"""What visitors get from the rendered nginx file, in a real nginx with other ports and directories."""

import contextlib
import http.client
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs.nginx_site import DOMAIN, Nginx, running
from tests.programs.site_config import CERTIFICATE, rendered

pytestmark = pytest.mark.needs("nginx")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with running(tmp_path_factory.mktemp("http"), {}) as nginx:
        yield nginx


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with running(tmp_path_factory.mktemp("https"), CERTIFICATE) as nginx:
        yield nginx


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with running(tmp_path_factory.mktemp("strict"), {**CERTIFICATE, "hsts": "1y"}) as nginx:
        yield nginx


def test_app_learns_the_visitors_true_address(plain: Nginx) -> None:
    seen = plain.seen_by_app(
        X_Forwarded_For="6.6.6.6", X_Forwarded_Proto="https", X_Request_ID="mine"
    )

    assert seen["X-Forwarded-For"] == "127.0.0.1"
    assert seen["X-Forwarded-Proto"] == "http"
    assert len(seen["X-Request-ID"]) == 32
    assert seen["Host"] == DOMAIN


def test_app_learns_that_it_is_asked_by_https(https: Nginx) -> None:
    assert https.seen_by_app(443, X_Forwarded_Proto="http")["X-Forwarded-Proto"] == "https"


def test_link_among_uploads_is_not_served(plain: Nginx, tmp_path: Path) -> None:
    media = plain.site("shared/media")
    (media / "photo.txt").write_text("photo")
    (media / "folder").mkdir()
    (media / "folder" / "photo.txt").write_text("photo")
    (tmp_path / "secret.txt").write_text("secret")
    (media / "link.txt").symlink_to(tmp_path / "secret.txt")
    (media / "folder-link").symlink_to(tmp_path)
    (media / "folder" / "inner.txt").symlink_to(media / "photo.txt")

    for path in ("photo.txt", "folder/photo.txt"):
        assert plain.get(f"/media/{path}")[1] == b"photo"
    for path in ("link.txt", "folder-link/secret.txt", "folder/inner.txt"):
        answer, body = plain.get(f"/media/{path}")
        assert answer.status in (403, 404)
        assert b"secret" not in body


@pytest.mark.parametrize("path", ["/media../releases/r1/x", "/static../r1/x", "/media/%2e%2e/x"])
def test_nothing_beside_the_served_directories_is_reached(plain: Nginx, path: str) -> None:
    (plain.site("releases/r1") / "x").write_text("secret")

    assert b"secret" not in plain.get(path)[1]


def test_uploads_are_served_as_no_page(plain: Nginx, https: Nginx) -> None:
    for nginx, port in ((plain, 80), (https, 443)):
        (nginx.site("shared/media") / "page.html").write_text("<script>")
        answer, _ = nginx.get("/media/page.html", port)
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_static_files_are_the_live_releases_and_then_the_one_befores(plain: Nginx) -> None:
    for release, names in {"r1": ("both", "new"), "r0": ("both", "old")}.items():
        plain.site(f"releases/{release}/static").mkdir(exist_ok=True)
        for name in names:
            (plain.site(f"releases/{release}/static") / name).write_text(release)

    answer, body = plain.get("/static/both")
    assert (body, answer.headers["Cache-Control"]) == (b"r1", "max-age=3600")
    assert plain.get("/static/old")[1] == b"r0"
    assert plain.get("/static/none")[0].status == 404


def test_version_of_nginx_is_not_shown(plain: Nginx, https: Nginx) -> None:
    for nginx, port, path in (
        *((plain, 80, "/"), (plain, 80, "/static/none")),
        *((https, 80, "/"), (https, 443, "/"), (https, 443, "/static/none")),
    ):
        answer, body = nginx.get(path, port)
        assert answer.headers["Server"] == "nginx"
        assert b"nginx/" not in body


def test_plain_http_leads_to_the_sites_own_name(https: Nginx) -> None:
    answer, _ = https.get("/a?b=c", 80)

    assert (answer.status, answer.headers["Location"]) == (301, f"https://{DOMAIN}/a?b=c")


def test_name_that_is_not_the_sites_gets_no_answer_by_https(https: Nginx) -> None:
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        https.get("/", 443, host="evil.example", sni=DOMAIN)


@pytest.mark.parametrize("name", ["evil.example", "todo.invalid", None])
def test_name_that_is_not_the_sites_is_shown_no_certificate(https: Nginx, name: str | None) -> None:
    shown = handshake(https, *(("-servername", name) if name else ("-noservername",)))

    assert "unrecognized name" in shown.stderr
    assert "BEGIN CERTIFICATE" not in shown.stdout


def test_default_server_of_another_site_still_gets_unknown_names(tmp_path: Path) -> None:
    files = "ssl_certificate /etc/ssl/todo.pem; ssl_certificate_key /etc/ssl/todo.key;"
    names = "server_name other.test; return 200 other;"
    other = f"server {{\n    listen 443 ssl default_server;\n{files} {names}\n}}\n"
    with running(tmp_path, CERTIFICATE, change=lambda site: site + other) as nginx:
        assert nginx.get("/", 443, host="unknown.example")[1] == b"other"
        assert nginx.get("/", 443, host="other.test")[1] == b"other"
        assert nginx.get("/", 443)[1] != b"other"


def test_name_of_the_server_for_unknown_names_gets_no_answer(https: Nginx) -> None:
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        https.get("/", 443, host="todo.invalid", sni=DOMAIN)


def test_name_that_is_not_the_sites_gets_no_page(plain: Nginx, https: Nginx) -> None:
    for nginx in (plain, https):
        assert nginx.get("/", 80)[0].status in (200, 301)
        with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
            nginx.get("/", 80, host="evil.example")


# Of the app, of static files, of uploads, and errors of nginx itself.
HASHED = "/static/app.0123456789ab.css"
ANSWERS = ("/", "/static/a", HASHED, "/static/none", "/media/a", "/media/none")


def with_files(nginx: Nginx) -> Nginx:
    (nginx.site("releases/r1") / "static").mkdir(exist_ok=True)
    for path in (f"releases/r1{HASHED}", "releases/r1/static/a", "shared/media/a"):
        nginx.site(path).write_text("a")
    return nginx


@pytest.mark.parametrize("path", ANSWERS)
def test_each_answer_has_the_headers_that_guard_a_page(path: str, plain: Nginx) -> None:
    headers = with_files(plain).get(path)[0].headers

    assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert headers.get_all("Referrer-Policy") == ["strict-origin-when-cross-origin"]


@pytest.mark.parametrize("path", ANSWERS)
def test_browsers_keep_to_https_if_the_target_has_hsts(
    path: str, https: Nginx, strict: Nginx
) -> None:
    assert with_files(https).get(path, 443)[0].headers.get_all("Strict-Transport-Security") is None
    sent = with_files(strict).get(path, 443)[0].headers.get_all("Strict-Transport-Security")
    assert sent == ["max-age=31536000"]


def test_headers_of_the_app_are_sent_as_they_are_and_no_others(strict: Nginx) -> None:
    headers = strict.get("/strict", 443)[0].headers

    assert headers.get_all("Strict-Transport-Security") == ["max-age=1"]
    assert headers.get_all("X-Content-Type-Options") == ["none"]
    assert headers.get_all("Referrer-Policy") == ["no-referrer"]


def test_plain_http_has_no_hsts(strict: Nginx) -> None:
    assert "Strict-Transport-Security" not in strict.get("/", 80)[0].headers


def test_https_is_modern(https: Nginx) -> None:
    def reached(*options: str) -> bool:
        return handshake(https, "-servername", DOMAIN, *options).returncode == 0

    assert reached("-tls1_3")
    assert reached("-tls1_2")
    assert reached("-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305")
    # This machine's openssl offers old ciphers only at a lower security level.
    assert not reached("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
    assert not reached("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0")
    assert not reached("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
    assert reached("-curves", "secp384r1")
    assert not reached("-curves", "X448")


def test_visitors_get_http2(https: Nginx) -> None:
    shown = handshake(https, "-servername", DOMAIN, "-alpn", "h2,http/1.1")

    assert "ALPN protocol: h2" in shown.stdout


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_session_is_resumed_by_its_id_and_not_by_a_ticket(
    https: Nginx, version: str, tmp_path: Path
) -> None:
    options = ("-servername", DOMAIN, version)
    session = tmp_path / "session"
    request = f"GET / HTTP/1.1\r\nHost: {DOMAIN}\r\nConnection: close\r\n\r\n"
    first = handshake(https, *options, "-ign_eof", "-sess_out", str(session), send=request)
    again = handshake(https, *options, "-sess_in", str(session))

    assert "New, TLSv1." in first.stdout
    assert "Reused, TLSv1." in again.stdout
    # Of TLS 1.3 a session's id has the form of a ticket; a true one holds all of the session.
    ticket = re.search(r"TLS session ticket:\n((?: +[0-9a-f]{4} - .*\n)+)", first.stdout)
    assert len(ticket[1].splitlines()) <= 2 if ticket else version == "-tls1_2"


def handshake(nginx: Nginx, *options: str, send: str = "") -> subprocess.CompletedProcess[str]:
    asked = ["openssl", "s_client", "-connect", f"127.0.0.1:{nginx.ports[443]}", *options]
    return subprocess.run(asked, input=send, capture_output=True, text=True, errors="replace")


def test_apps_redirects_are_left_as_they_are(plain: Nginx) -> None:
    assert plain.get("/moved")[0].headers["Location"] == f"http://{DOMAIN}/elsewhere"


def test_line_of_the_log_has_what_finds_a_request_elsewhere(plain: Nginx) -> None:
    request = plain.seen_by_app(User_Agent="the-one")["X-Request-ID"]

    line = plain.logged("access", '"the-one"')
    assert line.startswith("127.0.0.1 - - [")
    assert '"GET / HTTP/1.1" 200 ' in line
    assert line.split()[-3] == request
    assert float(line.split()[-2]) >= 0
    assert float(line.split()[-1]) > 10**9


def test_redirects_are_logged_as_the_sites(https: Nginx) -> None:
    https.get("/redirected", 80)

    assert https.logged("access", "GET /redirected HTTP/1.1")


def test_error_is_in_the_sites_own_log(plain: Nginx) -> None:
    plain.get("/media/absent-for-sure")

    assert plain.logged("error", "absent-for-sure")


@pytest.mark.parametrize(("size", "status"), [(10 * 2**20, 200), (10 * 2**20 + 1, 413)])
def test_request_may_be_as_large_as_the_upload_limit(plain: Nginx, size: int, status: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", plain.ports[80], timeout=30)
    with contextlib.closing(connection):
        connection.putrequest("POST", "/", skip_host=True)
        connection.putheader("Host", DOMAIN)
        connection.putheader("Content-Length", str(size))
        connection.endheaders(b"x" * size if status == 200 else None)
        assert connection.getresponse().status == status


@pytest.mark.parametrize(("seconds", "waits"), [(30, 60), (55, 60), (240, 245)])
def test_nginx_waits_longer_than_gunicorn_for_a_request(seconds: int, waits: int) -> None:
    site = rendered({"request_timeout": seconds})[0]

    for name in ("proxy_read_timeout", "proxy_send_timeout"):
        assert f"        {name} {waits};\n" in site
