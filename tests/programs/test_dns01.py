"""A real wildcard by DNS-01: certbot's plugin for RFC 2136, BIND as the zone's server, and Pebble."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import dns_zone
from tests.programs.certbot_site import LIVE, make_certbot_host
from tests.programs.dns_zone import Zone
from tests.programs.root_programs import Host
from understudy.deploy.certificate import explain

PLUGIN = Path("/usr/lib/python3/dist-packages/certbot_dns_rfc2136")
pytestmark = [
    pytest.mark.needs("named", "pebble", "certbot"),
    pytest.mark.skipif(not PLUGIN.exists(), reason="python3-certbot-dns-rfc2136 is not installed"),
]
NAMES = ("todo.test", "*.todo.test")
WRONG = "d3Jvbmcgc2VjcmV0IG9mIHRoaXMgdGVzdCwgMzIgYnl0ZXM="


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zone]:
    with dns_zone.serving(tmp_path_factory.mktemp("zone") / "files") as found:
        yield found


@pytest.fixture
def host(tmp_path: Path) -> Host:
    found = make_certbot_host(tmp_path)
    dns_zone.use_real_certbot(found)
    shared = found.path("/srv/todo/shared")
    shared.mkdir(mode=0o755)
    shared.chmod(0o755)
    (shared / "env").write_text("")
    return found


def ask(host: Host, zone: Zone) -> tuple[int, str]:
    words = ("certificate", zone.directory, "agreed", "-", "dns:rfc2136:1", *NAMES)
    done = host.run(*words, given=zone.ca)
    return done.returncode, (done.stdout + done.stderr).decode()


def test_wildcard_is_issued_and_renewed_and_a_wrong_key_leaves_it_in_place(
    host: Host, zone: Zone
) -> None:
    dns_zone.give_credentials(host, zone.port)
    code, output = ask(host, zone)
    assert code == 0, output
    chain = host.path(LIVE) / "fullchain.pem"
    assert sorted(dns_zone.certificate_names(chain)) == sorted(NAMES)

    # As certbot's timer: by what it has kept.
    before, after = host.done("renew").splitlines()[-1].removeprefix("serial ").split(" -> ")
    assert before != after

    served = chain.read_bytes()
    dns_zone.give_credentials(host, zone.port, WRONG)
    failed = host.run("renew")
    output = (failed.stdout + failed.stderr).decode()
    print(output)
    assert failed.returncode == 1
    assert "the one before is kept" in output
    assert chain.read_bytes() == served
    assert "cause: the zone's name server refuses the TSIG key" in explain(output)
    assert dns_zone.SECRET not in output
    assert WRONG not in output


def test_credentials_that_lack_a_key_are_named(host: Host, zone: Zone) -> None:
    dns_zone.give_credentials(host, zone.port)
    host.done("secret-rm", "ACME_DNS_RFC2136_SECRET")

    code, output = ask(host, zone)

    print(output)
    assert code == 1
    assert "cause: certbot's plugin lacks dns_rfc2136_secret" in explain(output)
