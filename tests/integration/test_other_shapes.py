"""An app of another shape: from a git URL, as ASGI, over HTTPS. One story, in order."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.site import Site, lost_none
from tests.integration.staging import PROJECT, Staging, git, make_app, run

pytestmark = pytest.mark.timeout(900)

CERTIFICATE = {"chain": "/etc/ssl/todo.pem", "key": "/etc/ssl/todo.key"}
SIGN_IT_YOURSELF = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 "
    "-subj /CN=todo.test -addext subjectAltName=DNS:todo.test "
    f"-out {CERTIFICATE['chain']} -keyout {CERTIFICATE['key']}"
)
# Added to the example's asgi.py.
WITH_A_WEBSOCKET = """

async def application(scope, receive, send):
    if scope["type"] != "websocket":
        return await django(scope, receive, send)
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass
"""
# Prints the status and the redirect, and not the page.
STATUS = ("-o", "/dev/null", "-w", "%{http_code} %{redirect_url}")


@pytest.fixture(scope="module")
def secure(vm: None, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The example as ASGI with a certificate, deployed from a git URL."""
    directory = tmp_path_factory.mktemp("secure")
    url = f"file://{directory}/pushed.git"

    def change(settings: dict[str, Any]) -> None:
        settings["app"] |= {"module": "todo.asgi:application", "worker_class": "asgi"}
        settings["app"] |= {"websocket_path": "/ws/", "source": url}
        target = settings["targets"]["vagrant"]
        target |= {"certificate": CERTIFICATE, "environment": {"HTTPS": "on"}}

    staging = make_app(PROJECT / "example", directory, change)
    wsgi = staging.repository / "todo" / "wsgi.py"
    asgi = wsgi.read_text().replace("wsgi", "asgi").replace("application =", "django =")
    wsgi.with_name("asgi.py").write_text(asgi + WITH_A_WEBSOCKET)
    staging.commit("ASGI")
    git(directory, "init", "-q", "--bare", "-b", "main", "pushed.git")
    git(staging.repository, "remote", "add", "origin", url)
    git(staging.repository, "push", "-q", "origin", "main")
    assert staging.host(SIGN_IT_YOURSELF).code == 0
    site = Site(staging, scheme="https")
    assert site.deploy().code == 0
    return site


def test_pages_and_static_files_are_served_over_https(secure: Site) -> None:
    assert secure.curl("https://todo.test/", *STATUS).text == "200 "
    assert secure.title() == "Little Lists"
    assert secure.get(secure.stylesheet()).code == 0


def test_http_redirects_to_https(secure: Site) -> None:
    answer = secure.curl("http://todo.test/lists/1/?page=2", *STATUS)
    assert answer.text == "301 https://todo.test/lists/1/?page=2"


@pytest.mark.long
def test_form_is_accepted_over_https(secure: Site, tmp_path: Path) -> None:
    """Django accepts it only if it knows that the request came by HTTPS."""
    cookies = tmp_path / "cookies"
    page = secure.curl("https://todo.test/", "-c", cookies)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token
    browser = ("-b", cookies, "-H", "Origin: https://todo.test")
    form = ("-d", f"csrfmiddlewaretoken={token.group(1)}", "--data-urlencode", "text=by HTTPS")

    answer = secure.curl("https://todo.test/", *browser, *form, *STATUS)

    assert re.fullmatch(r"302 https://todo\.test/lists/\d+/", answer.text)
    assert secure.has_list("by HTTPS")


def test_workers_speak_asgi(secure: Site) -> None:
    journal = secure.staging.host(f"journalctl -u todo@{secure.current()} -o cat")
    assert "Using worker: asgi" in journal.text


@pytest.mark.long
def test_second_deploy_has_nothing_to_do(secure: Site) -> None:
    assert "nothing to do" in secure.deploy().text
    status = secure.staging.deploy_py("status").text
    assert re.search(rf"{secure.current()} is live .*, running", status)


@pytest.mark.long
def test_host_tests_pass_there_too(secure: Site) -> None:
    answer = run(
        *(str(PROJECT / ".venv/bin/pytest"), "-q", "tests/host"),
        *("--deploy-config", secure.staging.config),
    )
    assert answer.code == 0


@pytest.mark.long
def test_missing_certificate_is_an_error_and_nothing_changes(secure: Site, tmp_path: Path) -> None:
    settings = yaml.safe_load(secure.staging.config.read_text())
    settings["targets"]["vagrant"]["certificate"]["key"] = "/etc/ssl/nowhere.key"
    config = tmp_path / "deploy.yml"
    config.write_text(yaml.safe_dump(settings))
    answer = Staging(secure.staging.repository, config).deploy_py("deploy")
    assert answer.code == 1
    assert "cause: /etc/ssl/nowhere.key, which the target's `certificate` names" in answer.text
    assert secure.get().code == 0
    assert "nothing to do" in secure.deploy().text


def test_pushed_commit_goes_live_without_a_lost_request_or_websocket(secure: Site) -> None:
    """The prober's WebSocket was closed with 1012 when the old release ended, and was back within a second."""
    secure.retitle("pushed")
    assert "nothing to do" in secure.deploy().text, "it's not pushed yet"
    git(secure.staging.repository, "push", "-q", "origin", "main")
    # TLS handshakes are expensive on a slow host, so there are fewer requests.
    deploy = secure.deploy("--probe")
    assert lost_none(deploy) > 5
    assert re.search(r"^websocket +2 +2$", deploy.text, re.MULTILINE)
    assert secure.title() == "pushed"
