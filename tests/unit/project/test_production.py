"""init --capture: what deploy.yml says of a production server."""

from pathlib import Path

import pytest

from tests.unit.fakes import FakeReport
from tests.unit.project.apps import decided, django
from tests.unit.repositories import commit
from understudy.config import model
from understudy.errors import ConfigError, LoginRefused, Unreachable
from understudy.job import Job
from understudy.parity import capture_host
from understudy.parity.capture.value import Capture
from understudy.project import init, production
from understudy.project.production import Login, Server

# Of another app on the same host.
UNDERSTUDYS = """\
log_format news '$remote_addr';
server {
server_name news.org;
root /srv/news;
}
"""


def sites(**files: str) -> Capture:
    return Capture(
        {"nginx": {f"/etc/nginx/sites-enabled/{name}": text for name, text in files.items()}}
    )


SERVER = Capture(
    {
        "os": {"name": "debian 12", "point release": "12.11"},
        "python": {"/usr/bin/python3": "/usr/bin/python3.11"},
        "manual": {"libpq5:amd64": "yes", "gettext": "yes", "libc6": "yes", "libpq-dev": "yes"},
        "nginx": {
            "/etc/nginx/sites-enabled/shop": "server {\nserver_name _ www.shop.org shop.org;\n}"
        },
    }
)


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.7", Server("192.0.2.7", "ann")),
        ("debian@shop.org:2222", Server("shop.org", "debian", 2222)),
        ("root@[2001:db8::7]", Server("2001:db8::7", "root")),
        ("-oProxyCommand=x", None),
        ("a b", None),
    ],
)
def test_address_of_a_server(text: str, server: Server | None) -> None:
    assert production.server(text, "ann") == server


def test_release_and_libraries_are_the_servers() -> None:
    found = production.deployment(SERVER)

    assert found.vm["release"].value == "bookworm"
    assert found.host["packages"].value == ["gettext", "libpq5"]


@pytest.mark.parametrize(
    ("capture", "address", "domain"),
    [
        (SERVER, "192.0.2.7", "shop.org"),
        (None, "shop.net", "shop.net"),
        (None, "192.0.2.7", "shop.example.com"),
        (sites(news="server_name news.org;"), "192.0.2.7", "news.org"),
        (sites(news="server_name news.org;", shop="server_name x.org;"), "192.0.2.7", "x.org"),
        (sites(news=UNDERSTUDYS), "192.0.2.7", "shop.example.com"),
        (sites(news=UNDERSTUDYS, old="server_name shop.net;"), "192.0.2.7", "shop.net"),
        (sites(a="server_name a.org;", b="server_name b.org;"), "192.0.2.7", "shop.example.com"),
        (sites(a="server_name a.org;", b="server_name b.org;"), "b.org", "b.org"),
    ],
)
def test_domain_of_the_site(capture: Capture | None, address: str, domain: str) -> None:
    assert production.domain(capture, address, "shop")[0] == domain


@pytest.mark.parametrize("name", ["www.shop.org", "www.{domain}"])
def test_name_with_www_is_kept_if_the_server_has_it(name: str) -> None:
    found = sites(shop=f"server {{ server_name shop.org {name}; }}")

    assert production.www(found, "shop.org") == ("www.shop.org",)
    assert production.www(found, "shop.net") == (("www.shop.net",) if "{" in name else ())


def test_python_of_the_server_that_the_app_can_not_run_with_is_named() -> None:
    assert "Python 3.11" in production.differing_python(decided(django()), SERVER)[0]
    any_python = decided({"app.py": "app = Flask(__name__)\n"})
    assert production.differing_python(any_python, SERVER) == ()


def test_system_that_no_box_can_be_built_for_is_to_be_decided() -> None:
    found = production.deployment(Capture({"os": {"name": "fedora 44"}}))

    assert not found.vm
    assert "fedora 44" in found.unknown[0].what


def test_capture_is_written_with_the_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    domains: list[str] = []

    def take(job: Job, target: str) -> Capture:
        domains.append(job.target.domain)
        return SERVER

    monkeypatch.setattr(capture_host, "take", take)
    commit(tmp_path, django())
    init.init(tmp_path, FakeReport(), "debian@192.0.2.7")

    config = model.load(tmp_path / "deploy.yml")
    assert (config.vm.release, config.targets["production"].domain) == ("bookworm", "shop.org")
    found = config.targets["production"]
    assert found.domains == ("shop.org", "www.shop.org")
    # Only the user can agree to an issuer's terms.
    assert (found.https, found.acme.terms) == ("auto", False)
    assert config.targets["vagrant"].https == "auto"
    assert (tmp_path / "provision" / "production.lock.yml").exists()
    assert "# receipts:" in (tmp_path / "deploy.yml").read_text()
    # A second time, for a capture that leaves out the site's own domain.
    assert domains == [f"{config.app.name}.example.com", "shop.org"]


def test_server_that_is_not_reached_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(job: Job, target: str) -> Capture:
        raise Unreachable("no SSH connection")

    monkeypatch.setattr(capture_host, "take", take)
    commit(tmp_path, django())
    with pytest.raises(Unreachable):
        init.init(tmp_path, FakeReport(), "192.0.2.7")
    assert not (tmp_path / "deploy.yml").exists()


def test_key_and_host_keys_are_used_for_the_capture_and_kept_for_the_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = list[tuple[Path | None, Path | None]]()

    def take(job: Job, target: str) -> Capture:
        used.append((job.target.key, job.target.known_hosts))
        return SERVER

    monkeypatch.setattr(capture_host, "take", take)
    commit(tmp_path, django())
    init.init(tmp_path, FakeReport(), "debian@192.0.2.7", Login("/keys/shop", "known"))

    found = model.load(tmp_path / "deploy.yml").targets["production"]
    assert used == [(Path("/keys/shop"), tmp_path / "known")] * 2
    assert (found.key, found.known_hosts) == used[0]


def test_refused_login_says_how_to_give_a_key_before_there_is_a_deploy_yml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(job: Job, target: str) -> Capture:
        raise LoginRefused("192.0.2.7: this user's key is not accepted", hint="Set `key`")

    monkeypatch.setattr(capture_host, "take", take)
    commit(tmp_path, django())
    with pytest.raises(LoginRefused) as raised:
        init.init(tmp_path, FakeReport(), "debian@192.0.2.7:2222")

    assert "`ssh -p 2222 debian@192.0.2.7` must work first" in raised.value.hint
    assert raised.value.hint.endswith("init --capture debian@192.0.2.7:2222 --key FILE")


def test_text_that_is_no_server_is_refused(tmp_path: Path) -> None:
    commit(tmp_path, django())

    with pytest.raises(ConfigError, match="this is no server"):
        init.init(tmp_path, FakeReport(), "ssh://shop.org")


@pytest.mark.parametrize(
    ("domain", "https"), [("shop.org", True), ("shop.test", False), ("shop.internal", False)]
)
def test_name_that_no_public_issuer_knows_gets_no_https(domain: str, https: bool) -> None:
    found = production.target(production.Server("192.0.2.7", "debian"), domain, "known")

    assert ("https" in found.production) == https


def test_domains_of_which_none_is_known_to_be_the_sites_are_named() -> None:
    found = production.domain(
        sites(a="server_name a.org;", b="server_name b.org;"), "192.0.2.7", "shop"
    )

    assert found[1] == "not known: the server's nginx has a.org, b.org"
