"""Redis and Memcached of two sites on one host, here the staging VM: neither sees the other's. In order."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.site import Site
from tests.integration.staging import PROJECT, Answer, Staging, make_app

pytestmark = pytest.mark.timeout(600)

# As Django's PyMemcacheCache does, in the words of the protocol.
MEMCACHED = """
import socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect(sys.argv[1].removeprefix("unix:"))
link.sendall(sys.argv[2].encode().decode("unicode_escape").encode())
print(link.recv(1000).decode())
"""


@dataclass(frozen=True)
class Beside:
    """A project whose host is another project's VM: that of `there`."""

    name: str
    project: Staging
    there: Staging

    def deploy_py(self, verb: str, *words: str) -> Answer:
        return self.project.deploy_py(verb, "--target", "beside", *words)

    def variable(self, name: str) -> str:
        """What the app would get: its user reads it."""
        text = self.as_app(f"cat /srv/{self.name}/shared/services").text
        found = re.search(rf'^UNDERSTUDY_{name}="(.*)"$', text, re.MULTILINE)
        assert found, text
        return found[1]

    def as_app(self, line: str) -> Answer:
        return self.there.host(f"runuser -u {self.name} -- sh -c {shlex.quote(line)}")

    def redis(self, url: str, command: str) -> str:
        """The answer to a command of Redis, sent by the app's user. url: with or without its password."""
        found = re.fullmatch(r"redis://(?::(\w+)@)?127\.0\.0\.1:(\d+)/0", url)
        assert found
        word = f"REDISCLI_AUTH={found[1]} " if found[1] else ""
        return self.as_app(f"{word}redis-cli -p {found[2]} {command}").text.strip()

    def memcached(self, place: str, command: str) -> Answer:
        return self.as_app(f"python3 -c {shlex.quote(MEMCACHED)} {place} {shlex.quote(command)}")


def beside(site: Site, name: str, directory: Path, services: Any) -> Beside:
    """Provisioned with these services. Nothing of it is deployed."""

    def change(settings: dict[str, Any]) -> None:
        there = yaml.safe_load(site.staging.config.read_text())["targets"]["vagrant"]
        where = {**there, "domain": f"{name}.test", "address": site.staging.address}
        source = settings["app"]["source"]
        settings["app"] = {"name": name, "source": source, "preset": "plain", "module": "hello:app"}
        settings["targets"], settings["services"] = {"beside": where}, services
        del settings["vm"]

    app = PROJECT / "tests" / "integration" / "flask_app"
    made = Beside(name, make_app(app, directory, change), site.staging)
    assert made.deploy_py("provision").code == 0
    return made


@pytest.fixture(scope="module")
def anna(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Beside:
    return beside(site, "anna", tmp_path_factory.mktemp("anna"), ["redis", "memcached"])


@pytest.fixture(scope="module")
def bert(anna: Beside, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Beside:
    services = {"redis": {"for": "cache", "memory": "16M"}, "memcached": {}}
    return beside(site, "bert", tmp_path_factory.mktemp("bert"), services)


def test_sites_do_not_see_each_others_keys(anna: Beside, bert: Beside) -> None:
    annas, berts = anna.variable("REDIS_URL"), bert.variable("REDIS_URL")

    assert anna.redis(annas, "set key annas") == "OK"
    assert bert.redis(berts, "exists key") == "0"
    assert bert.as_app("cat /srv/anna/shared/services").code != 0
    without_password = re.sub(":[0-9a-f]+@", "", annas)
    assert "NOAUTH" in bert.redis(without_password, "get key")

    place = anna.variable("MEMCACHED")
    assert "STORED" in anna.memcached(place, r"set key 0 60 5\r\nannas\r\n").text
    assert "annas" in anna.memcached(place, r"get key\r\n").text
    assert "PermissionError" in bert.memcached(place, r"get key\r\n").text
    assert "annas" not in bert.memcached(bert.variable("MEMCACHED"), r"get key\r\n").text


def test_purpose_decides_what_a_kill_costs(anna: Beside, bert: Beside) -> None:
    """A queue comes back with what was in it."""
    annas, berts = anna.variable("REDIS_URL"), bert.variable("REDIS_URL")
    assert bert.redis(berts, "set key berts") == "OK"

    units = "understudy-redis@anna understudy-redis@bert"
    kill = f"systemctl kill -s KILL {units}; sleep 6; systemctl is-active {units}"
    assert anna.there.host(kill).code == 0

    assert anna.redis(annas, "get key") == "annas"
    assert bert.redis(berts, "exists key") == "0"


def test_second_provisioning_changes_nothing_and_status_is_well(anna: Beside, bert: Beside) -> None:
    assert "nothing to change" in anna.deploy_py("provision", "--check").text
    for one in (anna, bert):
        status = one.deploy_py("status").text
        assert "redis: ok" in status
        assert "memcached: ok" in status


def test_status_shows_a_taken_port_with_the_journal_and_provisioning_by_whom(bert: Beside) -> None:
    port = bert.variable("REDIS_URL").split(":")[-1].removesuffix("/0")
    squat = f"systemd-run -q -u squat python3 -m http.server {port} --bind 127.0.0.1"
    bert.there.host(f"systemctl stop understudy-redis@bert; {squat}; sleep 1")
    bert.there.host("systemctl start understudy-redis@bert || true")

    status = bert.deploy_py("status").text
    refused = bert.deploy_py("provision")
    bert.there.host("systemctl stop squat; systemctl restart understudy-redis@bert")

    assert "redis: TROUBLE: " in status
    assert "Address already in use" in status
    assert refused.code == 3
    assert (
        f"port {port}, which is that of redis of bert, is taken by python3 (process "
        in refused.text
    )


def test_removed_site_leaves_the_other_with_its_keys(anna: Beside, bert: Beside) -> None:
    assert bert.deploy_py("remove", "--with-data", "--yes").code == 0

    left = "find /etc /run /srv /var -xdev -name '*bert*'"
    assert bert.there.host(left).text.split() == ["/var/log/understudy/bert.log"]
    assert anna.redis(anna.variable("REDIS_URL"), "get key") == "annas"
