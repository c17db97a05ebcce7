"""A site's names are proved in the DNS: certbot's plugin and its credentials, which root alone reads."""

from pathlib import Path

import pytest

from tests.programs.certbot_site import DIRECTORY, make_certbot_host
from tests.programs.root_programs import Host
from tests.programs.test_site_certificate import asked

NAMES = ("todo.test", "*.todo.test")
ASK = ("certificate", DIRECTORY, "agreed", "-", "dns:rfc2136:30", *NAMES)
CREDENTIALS = "/var/lib/understudy/todo/dns-credentials.ini"


@pytest.fixture
def host(tmp_path: Path) -> Host:
    found = make_certbot_host(tmp_path)
    shared = found.path("/srv/todo/shared")
    shared.mkdir(mode=0o755)
    shared.chmod(0o755)
    (shared / "env").write_text('SECRET_KEY="a"\n')
    return found


def give(host: Host, name: str = "ACME_DNS_RFC2136_SECRET", value: bytes = b"c2VjcmV0\n") -> None:
    host.done("secret-set", name, given=value)


def test_certbot_asks_by_the_plugin_for_wildcards_too(host: Host) -> None:
    give(host)

    host.done(*ASK)

    (call,) = asked(host)
    file = host.path(CREDENTIALS)
    assert f"--authenticator dns-rfc2136 --dns-rfc2136-credentials {file} " in call
    assert "--dns-rfc2136-propagation-seconds 30 " in call
    assert "-d todo.test -d *.todo.test --agree-tos" in call
    assert "webroot" not in call
    issuer = host.path("/etc/ssl/understudy/todo/issuer").read_text()
    assert issuer == f"{DIRECTORY} dns:rfc2136:30\n"


def test_without_seconds_the_plugin_has_its_own(host: Host) -> None:
    give(host)

    host.done("certificate", DIRECTORY, "agreed", "-", "dns:rfc2136", *NAMES)

    assert "propagation" not in "".join(asked(host))


def test_another_way_of_proof_gets_another_certificate(host: Host) -> None:
    give(host)
    host.done("certificate", DIRECTORY, "agreed", "-", "todo.test")
    host.done("certificate", DIRECTORY, "agreed", "-", "dns:rfc2136", "todo.test")
    host.done("certificate", DIRECTORY, "agreed", "-", "dns:rfc2136", "todo.test")

    assert ["--force-renewal" in call for call in asked(host)] == [False, True, False]


def test_issuer_is_not_asked_without_credentials(host: Host) -> None:
    errors = host.refused(*ASK)

    assert "todo has no credentials for certbot's plugin dns-rfc2136 on this host" in errors
    assert "there was none before" in errors
    assert asked(host) == []


def test_credentials_are_roots_alone_and_not_of_the_app(host: Host) -> None:
    give(host)
    give(host, "ACME_DNS_RFC2136_NAME", b"key.")
    give(host, "ACME_DNS_RFC2136_SECRET", b"bmV3")

    file = host.path(CREDENTIALS)
    assert sorted(file.read_text().splitlines()) == [
        'dns_rfc2136_name = "key."',
        'dns_rfc2136_secret = "bmV3"',
    ]
    assert file.stat().st_mode & 0o777 == 0o600
    assert any(call.startswith("chown root:root ") for call in host.calls())
    assert host.path("/srv/todo/shared/env").read_text() == 'SECRET_KEY="a"\n'
    assert [path.name for path in file.parent.iterdir() if path.is_dir()] == []


def test_credentials_are_listed_by_name_and_removed(host: Host) -> None:
    give(host)
    give(host, "ACME_DNS_RFC2136_NAME", b"key.")

    listed = host.done("secret-list").split()
    host.done("secret-rm", "ACME_DNS_RFC2136_NAME")

    assert listed == ["ACME_DNS_RFC2136_NAME", "ACME_DNS_RFC2136_SECRET", "SECRET_KEY"]
    assert host.path(CREDENTIALS).read_text() == 'dns_rfc2136_secret = "c2VjcmV0"\n'
    assert host.path(CREDENTIALS).stat().st_mode & 0o777 == 0o600
    assert "there is no secret" in host.refused("secret-rm", "ACME_DNS_RFC2136_NAME")


def test_value_with_a_quote_is_written_as_certbot_reads_it(host: Host) -> None:
    give(host, value=b'a"b#, c\n')

    assert host.path(CREDENTIALS).read_text() == "dns_rfc2136_secret = 'a\"b#, c'\n"


@pytest.mark.parametrize("value", [b"a\"b'c", b"%(home)s", b"two\nlines", b""])
def test_value_that_certbot_would_read_differently_is_refused(value: bytes, host: Host) -> None:
    host.refused("secret-set", "ACME_DNS_RFC2136_SECRET", given=value)

    assert not host.path(CREDENTIALS).exists()


@pytest.mark.parametrize(
    "words",
    [
        ("dns:rfc2136",),
        ("dns:", *NAMES),
        ("dns:rfc2136:", *NAMES),
        ("dns:rfc2136:x", *NAMES),
        ("dns:rfc2136:12345", *NAMES),
        ("dns:rfc2136:1:2", *NAMES),
        ("dns:$(id)", *NAMES),
        ("dns:-c", *NAMES),
        ("dns:a b", *NAMES),
        ("dns:ovh", "*.*.todo.test"),
        ("dns:ovh", "*"),
        ("dns:ovh", "*."),
        ("dns:ovh", "todo.test", "-d"),
        ("todo.test", "dns:ovh"),
    ],
)
def test_arguments_are_checked_before_anything_is_done(words: tuple[str, ...], host: Host) -> None:
    assert host.refused("certificate", DIRECTORY, "agreed", "-", *words)
    assert host.calls() == []
    assert not host.path("/etc/ssl/understudy").exists()
