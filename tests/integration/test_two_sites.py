"""Two sites on one host, here the staging VM: each with its own names, and one can be removed. In order."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.site import Site
from tests.integration.staging import PROJECT, Answer, Staging, make_app

pytestmark = pytest.mark.timeout(900)

# Prints the status and where it leads, and not the page.
STATUS = ("-o", "/dev/null", "-w", "%{http_code} %{redirect_url}")
LED = {"name": "lists.example", "redirect_to": "todo.test"}


@pytest.fixture(scope="module")
def lists(site: Site) -> Site:
    """The example, with several names."""
    settings = yaml.safe_load(site.staging.config.read_text())
    settings["app"]["environment"]["ALLOWED_HOSTS"] = "{domains}"
    del settings["targets"]["vagrant"]["domain"]
    settings["targets"]["vagrant"]["domains"] = ["todo.test", "www.todo.test", LED]
    site.staging.config.write_text(yaml.safe_dump(settings))
    assert site.deploy().code == 0
    return site


@pytest.fixture(scope="module")
def hello(lists: Site, tmp_path_factory: pytest.TempPathFactory) -> Staging:
    """A second project, for which the first one's VM is a host like any other."""

    def change(settings: dict[str, Any]) -> None:
        there = yaml.safe_load(lists.staging.config.read_text())["targets"]["vagrant"]
        del there["domains"]
        settings["app"] = {
            "name": "hello",
            "source": settings["app"]["source"],
            "preset": "plain",
            "module": "hello:app",
            "environment": {"RELEASE": "{release}"},
        }
        settings["targets"] = {
            "beside": {**there, "domain": "hello.test", "address": lists.staging.address}
        }
        del settings["vm"]

    app = PROJECT / "tests" / "integration" / "flask_app"
    return make_app(app, tmp_path_factory.mktemp("hello"), change)


def beside(hello: Staging, verb: str, *words: str) -> Answer:
    return hello.deploy_py(verb, "--target", "beside", *words)


@pytest.fixture(scope="module")
def both(lists: Site, hello: Staging) -> Site:
    assert beside(hello, "provision").code == 0
    assert beside(hello, "deploy").code == 0
    return lists


def test_each_site_answers_at_its_own_names(both: Site) -> None:
    assert both.title() == "version 0"
    assert both.curl("http://www.todo.test/health", *STATUS).text == "200 "
    assert both.curl("http://lists.example/a?b=c", *STATUS).text == "308 http://todo.test/a?b=c"
    assert both.curl("http://hello.test/").text.startswith("hello from ")
    assert both.curl("http://www.hello.test/").code == 52, "an empty reply"


def test_second_deploys_of_both_change_nothing(both: Site, hello: Staging) -> None:
    assert "nothing to do" in both.deploy().text
    assert "nothing to do" in beside(hello, "deploy").text
    assert "nothing to change" in beside(hello, "provision").text


def test_name_of_the_first_site_is_refused_to_the_second(
    both: Site, hello: Staging, tmp_path: Path
) -> None:
    settings = yaml.safe_load(hello.config.read_text())
    settings["targets"]["beside"]["domain"] = LED["name"]
    config = tmp_path / "deploy.yml"
    config.write_text(yaml.safe_dump(settings))

    refused = beside(Staging(hello.repository, config), "deploy")

    assert refused.code == 3
    assert "another site on this host has the name lists.example" in refused.text
    assert "/etc/nginx/sites-enabled/todo:" in refused.text


def test_removed_site_leaves_the_other_and_its_own_data(both: Site, hello: Staging) -> None:
    kept = "/srv/hello/shared/database/kept.db"
    assert both.staging.host(f"sudo -u hello sqlite3 {kept} 'create table t (a)'").code == 0

    assert beside(hello, "remove").code == 3, "without an answer to its question"
    assert beside(hello, "remove", "--yes").code == 0

    assert both.curl("http://hello.test/").code == 52
    assert both.staging.host(f"test -s {kept} && ! test -e /srv/hello/releases").code == 0
    assert both.title() == "version 0"
    assert "nothing to do" in both.deploy().text


def test_removed_site_comes_back_on_its_data(both: Site, hello: Staging) -> None:
    assert beside(hello, "provision").code == 0
    assert beside(hello, "deploy").code == 0

    assert both.curl("http://hello.test/").text.startswith("hello from ")
    assert both.staging.host("test -s /srv/hello/shared/database/kept.db").code == 0


def test_site_removed_with_its_data_leaves_only_its_audit_log(both: Site, hello: Staging) -> None:
    assert beside(hello, "remove", "--with-data", "--yes").code == 0

    left = "find / -xdev -path /proc -prune -o -name 'hello*' ! -path '/usr/*' -print"
    assert both.staging.host(left).text.split() == ["/var/log/understudy/hello.log"]
    assert both.staging.host("id hello").code != 0
    assert both.title() == "version 0"
    assert both.deploy().code == 0
