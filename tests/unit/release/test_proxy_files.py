"""What a proxy's host gets of a site: nginx at the edge, HAProxy, and their error pages."""

from pathlib import Path

import pytest

from tests.unit.config.test_topology import BALANCED, config
from tests.unit.fakes import TEMPLATES
from understudy.errors import ConfigError
from understudy.paths import Overlay
from understudy.release import proxy_files, render

TEXT = BALANCED.replace(
    "    hosts:",
    "    certificate: {chain: /etc/ssl/a.pem, key: /etc/ssl/a.key}\n    hsts: 1d\n    hosts:",
)


def files(text: str = TEXT, templates: Overlay = TEMPLATES) -> tuple[str, str]:
    """nginx's and HAProxy's."""
    whole = config(text)
    [proxy] = whole.targets["production"].proxies()
    nginx, haproxy = proxy_files.site_config(whole, proxy, templates, answers_challenges=True)
    assert (str(nginx.path), str(haproxy.path)) == (
        "/etc/nginx/sites-available/shop",
        "/etc/haproxy/shop.cfg",
    )
    return nginx.content, haproxy.content


def test_edge_is_as_that_of_a_single_host() -> None:
    nginx, _ = files()

    assert "ssl_certificate /etc/ssl/a.pem;" in nginx
    assert "return 301 https://$host$request_uri;" in nginx
    assert "max-age=86400" in nginx
    assert "include /etc/nginx/understudy/unknown-names.conf;" in nginx
    assert "proxy_pass http://unix:/run/shop/haproxy.sock;" in nginx
    assert "/srv/shop/current" not in nginx, "it has no release"


def test_web_hosts_are_asked_at_their_private_address() -> None:
    _, haproxy = files()

    assert "    server 10.0.0.1 10.0.0.1:80\n    server 10.0.0.2 10.0.0.2:80\n" in haproxy
    assert "uri / ver HTTP/1.1 hdr Host shop.test hdr X-Forwarded-Proto https" in haproxy
    assert "10.0.0.4" not in haproxy
    assert "server fd00::1 [fd00::1]:80" in files(TEXT.replace("10.0.0.1", "fd00::1"))[1]


def test_other_error_pages_are_another_configuration(tmp_path: Path) -> None:
    """HAProxy reads them when it starts."""
    (tmp_path / "nginx-error.html.j2").write_text("ours {{ status }}")
    own = Overlay((tmp_path, *TEMPLATES.folders))

    assert files()[1] != files(templates=own)[1]


def test_templates_can_be_a_project_s_own(tmp_path: Path) -> None:
    (tmp_path / "haproxy.cfg.j2").write_text("# {{ health_path }}\n")

    assert files(templates=Overlay((tmp_path, *TEMPLATES.folders)))[1] == "# /\n"


@pytest.mark.parametrize("path", ["/h#x", "/h%20", "/a$b"])
def test_health_path_cannot_break_out_of_its_line(path: str) -> None:
    whole = config(TEXT)
    bad = whole.model_copy(update={"app": whole.app.model_copy(update={"health_path": path})})
    [proxy] = whole.targets["production"].proxies()

    with pytest.raises(ConfigError, match="health_path"):
        proxy_files.site_config(bad, proxy, TEMPLATES, answers_challenges=False)


def test_web_host_answers_503_at_its_health_path_while_it_is_drained() -> None:
    whole = config(TEXT)
    target = whole.targets["production"]
    nginx = render.host_files(whole, target.at("a.example"), TEMPLATES)[0].content

    assert "listen 443" not in nginx
    assert "set_real_ip_from 10.0.0.5;" in nginx
    assert "map $remote_addr $shop__drained { default /run/shop/drained; 127.0.0.1 off;" in nginx
    assert "if (-e $shop__drained) { return 503; }" in nginx
    alone = render.host_files(whole, target.at("c.example"), TEMPLATES)[0].content
    assert "drained" not in alone
