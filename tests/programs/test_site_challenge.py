"""What an issuer asks for at port 80 comes from certbot's files, before any redirect."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs.nginx_site import Nginx, running
from tests.programs.site_config import CERTIFICATE
from tests.unit.fakes import TEMPLATES, TOP, config
from understudy.release import render

PATH = "/.well-known/acme-challenge/token"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Nginx]:
    token = tmp_path / "acme" / PATH.lstrip("/")
    token.parent.mkdir(parents=True)
    token.write_text("token.key")
    with running(tmp_path, CERTIFICATE) as nginx:
        yield nginx


def test_challenge_is_answered_without_a_redirect(site: Nginx) -> None:
    answer, body = site.get(PATH)

    assert (answer.status, body) == (200, b"token.key")
    assert answer.getheader("Content-Type") == "text/plain"


def test_challenge_that_is_not_there_does_not_reach_the_app(site: Nginx) -> None:
    assert site.get(f"{PATH}-of-another")[0].status == 404


def test_all_else_is_redirected(site: Nginx) -> None:
    for path in ("/", "/.well-known/security.txt", "/.well-known/acme-challenge"):
        assert site.get(path)[0].status == 301, path


def test_site_that_has_no_certificate_yet_answers_to_all_in_maintenance_and_with_a_password() -> (
    None
):
    settings = config(app={"name": "todo"}, target={"https": "auto", "basic_auth": True})
    target = settings.target("staging")

    nginx = render.files_before_https(settings, target, TEMPLATES)[0].content

    block = nginx[nginx.index("location ^~ /.well-known/acme-challenge/") :].partition("}")[0]
    assert "allow all;" in block
    assert "auth_basic off;" in block
    assert "listen 443" not in nginx


def test_host_answers_for_names_that_no_site_has_yet() -> None:
    """Only challenges: all else gets no answer."""
    server = (TOP / "provision/50-nginx.sh").read_text()

    assert (
        "location ^~ /.well-known/acme-challenge/ {\n        root /var/www/understudy-acme;"
        in server
    )
    assert "    location / {\n        return 444;" in server
