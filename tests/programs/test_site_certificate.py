"""understudy-site gets, installs and renews a site's certificate; whatever fails, the one before stays."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from tests.programs.certbot_site import (
    ASK,
    DIRECTORY,
    LINEAGE,
    LIVE,
    issuer_of,
    make_certbot_host,
    make_pair,
    refuses,
)
from tests.programs.root_programs import Host
from tests.unit.certificates import pem

FAILED = (
    "Certbot failed to authenticate some domains (authenticator: webroot). The Certificate Authority reported "
    "these problems:\n  Domain: todo.test\n  Type:   dns\n  Detail: no such name\n\n"
    "Hint: of another setup\n\nSome challenges have failed.\nAsk for help or search for solutions\n"
)
CA = pem("ca.test").encode()


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return make_certbot_host(tmp_path)


def live(host: Host) -> bytes:
    return (host.path(LIVE) / "fullchain.pem").read_bytes()


def asked(host: Host) -> list[str]:
    """The calls of certbot since the last time."""
    return [call for call in host.calls() if call.startswith("certbot ")]


def test_first_certificate_is_asked_for_and_installed(host: Host) -> None:
    host.done(*ASK)

    (call,) = asked(host)
    assert f"--cert-name todo --server {DIRECTORY} " in call
    assert "-d todo.test -d www.todo.test --agree-tos --email ann@todo.test" in call
    assert issuer_of(host) == "issuer=CN = issued\n"
    assert (host.path(LIVE) / "privkey.pem").stat().st_mode & 0o777 == 0o600
    assert (host.path(LIVE) / "fullchain.pem").stat().st_mode & 0o777 == 0o644
    assert host.path(LIVE).is_symlink()
    assert (host.path(LIVE).parent / "issuer").read_text() == f"{DIRECTORY}\n"


def test_without_terms_and_email_the_issuer_gets_neither(host: Host) -> None:
    host.done("certificate", DIRECTORY, "-", "-", "todo.test")

    (call,) = asked(host)
    assert "--register-unsafely-without-email" in call
    assert "--agree-tos" not in call


def test_until_an_issuer_has_issued_one_there_is_a_self_signed_one(host: Host) -> None:
    refuses(host, FAILED)

    errors = host.refused(*ASK)

    assert "has issued no certificate for todo.test www.todo.test; there was none before" in errors
    assert "there was none before" in host.refused(*ASK), "the one that is kept is no issuer's"
    assert "self-signed until an issuer issues one" in issuer_of(host)
    found = x509.load_pem_x509_certificate(live(host))
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["todo.test", "www.todo.test"]


def test_failed_try_keeps_the_certificate_and_prints_what_the_issuer_says(host: Host) -> None:
    host.done(*ASK)
    before = live(host)
    refuses(host, FAILED)
    log = host.path("/var/log/letsencrypt/letsencrypt.log")
    log.write_text("old: urn:ietf:params:acme:error:caa\n")
    script = (host.path("bin") / "certbot").read_text()
    said = 'echo "x urn:ietf:params:acme:error:dns badNonce"'
    (host.path("bin") / "certbot").write_text(script.replace("if [", f"{said} >>{log}; if [", 1))

    answer = host.run("certificate", DIRECTORY, "agreed", "-", "todo.test", "b.test")

    output = answer.stdout.decode()
    assert answer.returncode == 1
    assert "for todo.test b.test; the one before is kept" in answer.stderr.decode()
    assert "  Type:   dns\n  Detail: no such name\n" in output
    assert "type: urn:ietf:params:acme:error:dns\n" in output
    assert "caa" not in output
    assert "Hint" not in output
    assert "Ask for help" not in output
    assert live(host) == before


def test_issuer_is_not_asked_again_within_an_hour_and_its_last_answer_is_shown(host: Host) -> None:
    refuses(host, FAILED)
    host.refused(*ASK)
    host.calls()

    again = host.run(*ASK)

    assert again.returncode == 1
    assert asked(host) == []
    assert "Detail: no such name" in again.stdout.decode()
    inside = datetime.now(UTC) + timedelta(minutes=59)
    assert f"again before {inside:%Y-%m-%d %H:}" in again.stderr.decode() or inside.minute >= 59
    # Other names are another question.
    host.refused("certificate", DIRECTORY, "agreed", "-", "todo.test")
    assert len(asked(host)) == 1


def test_after_that_hour_it_is_asked_again(host: Host) -> None:
    refuses(host, FAILED)
    host.refused(*ASK)
    tried = host.path("/var/lib/understudy/todo/certificate-tried")
    lines = tried.read_text().splitlines()
    tried.write_text("\n".join([str(int(time.time())), *lines[1:], ""]))
    host.calls()

    host.refused(*ASK)

    assert len(asked(host)) == 1


def test_time_that_the_issuer_names_is_waited_for(host: Host) -> None:
    refuses(
        host,
        "too many certificates already issued, retry after 2100-03-01 12:00:00 UTC: see https://…\n"
        "type: urn:ietf:params:acme:error:rateLimited\n",
    )
    host.refused(*ASK)

    assert "again before 2100-03-01 12:00 UTC" in host.refused(*ASK)


@pytest.mark.parametrize("said", ["Connection refused\n", "No space left on device\n"])
def test_try_that_never_reached_the_issuer_does_not_count(said: str, host: Host) -> None:
    refuses(host, said)
    host.refused(*ASK)
    host.refused(*ASK)

    assert len(asked(host)) == 2


@pytest.mark.parametrize(
    ("directory", "ca"),
    [(DIRECTORY, CA), ("https://acme-staging-v02.api.letsencrypt.org/directory", b"")],
)
def test_issuers_for_trials_may_be_asked_at_any_time(directory: str, ca: bytes, host: Host) -> None:
    refuses(host, FAILED)
    for _ in range(2):
        answer = host.run("certificate", directory, "agreed", "-", "todo.test", given=ca)
        assert answer.returncode == 1

    assert len(asked(host)) == 2


def test_certbot_that_is_at_work_already_is_waited_for(host: Host) -> None:
    refuses(host, "Another instance of Certbot is already running.\n", times=2)
    host.fake("sleep", "")

    host.done(*ASK)

    assert len(asked(host)) == 3


def test_account_that_the_issuer_has_forgotten_is_made_again_once(host: Host) -> None:
    account = host.path("/etc/letsencrypt/accounts/acme.test/dir/0123")
    account.mkdir(parents=True)
    refuses(host, "urn:ietf:params:acme:error:accountDoesNotExist :: gone\n", times=1)

    host.done(*ASK)

    assert len(asked(host)) == 2
    assert not account.exists()
    assert issuer_of(host) == "issuer=CN = issued\n"


def test_account_that_is_refused_again_is_an_error(host: Host) -> None:
    refuses(host, "urn:ietf:params:acme:error:accountDoesNotExist :: gone\n")

    assert "has issued no certificate" in host.refused(*ASK)
    assert len(asked(host)) == 2


def test_another_issuer_is_asked_although_the_certificate_is_good(host: Host) -> None:
    host.done(*ASK)
    host.done(*ASK)
    host.done("certificate", "https://other.test/dir", "agreed", "-", "todo.test")

    assert ["--force-renewal" in call for call in asked(host)] == [False, False, True]


def test_ca_of_an_issuer_is_believed_by_certbot_alone(host: Host) -> None:
    host.done(*ASK, given=CA)
    bundle = host.path("/run/understudy-issuers.pem")
    assert bundle.read_text() == "the system's\n" + CA.decode()

    # An issuer that any host trusts needs none.
    host.done(*ASK)
    assert bundle.read_text() == "the system's\n"


def test_text_that_is_no_ca_is_refused(host: Host) -> None:
    assert "no certificate in PEM" in host.refused(*ASK, given=b"no CA")
    assert asked(host) == []


def test_certificate_that_is_installed_is_not_installed_again(host: Host) -> None:
    host.done(*ASK)
    host.calls()
    before = host.path(LIVE).readlink()

    host.done("certificate-take")

    assert host.calls() == []
    assert host.path(LIVE).readlink() == before


def test_site_without_a_certificate_of_certbot_has_none_to_take(host: Host) -> None:
    host.done("certificate-take")
    assert not host.path(LIVE).exists()


def renewed(host: Host, *options: str) -> bytes:
    """What is live before certbot has another one, made with those options."""
    host.done(*ASK)
    before = live(host)
    make_pair(host.path(LINEAGE), *options)
    return before


def test_renewed_certificate_is_taken_and_only_the_two_last_are_kept(host: Host) -> None:
    host.path("/etc/nginx/sites-enabled/todo").touch()
    before = renewed(host, "-days", "9")
    host.calls()
    host.done("certificate-take")
    make_pair(host.path(LINEAGE), "-days", "8")
    host.done("certificate-take")

    assert live(host) != before
    assert live(host) == (host.path(LINEAGE) / "fullchain.pem").read_bytes()
    assert host.calls().count("systemctl reload nginx") == 2
    kept = [path for path in host.path(LIVE).parent.iterdir() if path.is_dir()]
    assert len([path for path in kept if not path.is_symlink()]) == 2


def test_certificate_that_does_not_fit_its_key_is_not_taken(host: Host) -> None:
    before = renewed(host, "-days", "9")
    chain = (host.path(LINEAGE) / "fullchain.pem").read_bytes()
    make_pair(host.path(LINEAGE), "-days", "9")
    (host.path(LINEAGE) / "fullchain.pem").write_bytes(chain)

    assert "does not fit its key" in host.refused("certificate-take")
    assert live(host) == before


def test_certificate_that_has_expired_is_not_taken(host: Host) -> None:
    before = renewed(host, "-days", "-1")

    assert "has expired, by the clock of this host" in host.refused("certificate-take")
    assert live(host) == before


def test_certificate_that_begins_in_the_future_shows_that_the_clock_is_wrong(host: Host) -> None:
    before = renewed(host, "-days", "9")
    tomorrow = pem("todo.test")
    (host.path(LINEAGE) / "fullchain.pem").write_text(tomorrow)
    # The clock of that host is years behind; its key is not what is looked at here.
    host.fake("openssl", _openssl_of_a_slow_clock())

    assert "the clock of this host is wrong: it is " in host.refused("certificate-take")
    assert live(host) == before


def _openssl_of_a_slow_clock() -> str:
    return (
        'case "$*" in *-pubkey* | *-pubout*) echo key ;; *-checkend*) ;; '
        '*-startdate*) echo "notBefore=Jan  1 00:00:00 2100 GMT" ;; esac'
    )


@pytest.mark.parametrize("file", ["fullchain.pem", "privkey.pem"])
def test_half_a_file_is_not_taken(file: str, host: Host) -> None:
    """As a full disk leaves it."""
    before = renewed(host, "-days", "9")
    whole = (host.path(LINEAGE) / file).read_bytes()
    (host.path(LINEAGE) / file).write_bytes(whole[: len(whole) // 2])

    assert host.refused("certificate-take")
    assert live(host) == before


def test_certificate_that_nginx_refuses_is_taken_back(host: Host) -> None:
    host.path("/etc/nginx/sites-enabled/todo").touch()
    before = renewed(host, "-days", "9")
    link = host.path(LIVE).readlink()
    host.fake("nginx", "exit 1")
    host.calls()

    assert "nginx -t refuses" in host.refused("certificate-take")
    assert host.path(LIVE).readlink() == link
    assert live(host) == before
    assert "systemctl reload nginx" not in host.calls()


def test_renewal_prints_both_serials_and_serves_the_new_one(host: Host) -> None:
    host.done(*ASK, given=CA)
    before = x509.load_pem_x509_certificate(live(host)).serial_number

    output = host.done("renew")

    after = x509.load_pem_x509_certificate(live(host)).serial_number
    assert output.splitlines()[-1] == f"serial {before:0{40}X} -> {after:0{40}X}"
    assert "certbot renew --cert-name todo --force-renewal" in "\n".join(asked(host))


def test_failed_renewal_keeps_the_certificate(host: Host) -> None:
    host.done(*ASK, given=CA)
    before = live(host)
    refuses(host, FAILED)

    answer = host.run("renew")

    assert answer.returncode == 1
    assert "Detail: no such name" in answer.stdout.decode()
    assert live(host) == before


def test_renewal_is_asked_for_once_an_hour(host: Host) -> None:
    host.done(*ASK)
    host.done("renew")
    host.calls()

    assert "is not asked for todo.test www.todo.test again before" in host.refused("renew")
    assert asked(host) == []


def test_renewal_with_an_account_that_is_forgotten_makes_another(host: Host) -> None:
    host.done(*ASK, given=CA)
    host.calls()
    refuses(host, "urn:ietf:params:acme:error:accountDoesNotExist :: gone\n", times=1)

    host.done("renew")

    renewal, again = asked(host)
    assert "renew --cert-name todo" in renewal
    assert "certonly" in again
    assert "--force-renewal" in again


def test_site_that_has_none_has_nothing_to_renew(host: Host) -> None:
    assert "no issuer has issued" in host.refused("renew")


@pytest.mark.parametrize(
    "words",
    [
        (),
        (DIRECTORY,),
        (DIRECTORY, "agreed", "-"),
        ("http://acme.test/dir", "agreed", "-", "todo.test"),
        ("https://acme.test/$(id)", "agreed", "-", "todo.test"),
        ("https://acme.test/../../x", "agreed", "-", "todo.test"),
        (DIRECTORY, "yes", "-", "todo.test"),
        (DIRECTORY, "agreed", "ann", "todo.test"),
        (DIRECTORY, "agreed", "--config", "todo.test"),
        (DIRECTORY, "agreed", "ann@x -d", "todo.test"),
        (DIRECTORY, "agreed", "-", "-d"),
        (DIRECTORY, "agreed", "-", "todo.test", "*.todo.test"),
        (DIRECTORY, "agreed", "-", "todo..test"),
        (DIRECTORY, "agreed", "-", "Todo.test"),
        (DIRECTORY, "agreed", "-", "todo.test\nx"),
        (DIRECTORY, "agreed", "-", *["todo.test"] * 101),
    ],
)
def test_arguments_are_checked_before_anything_is_done(words: tuple[str, ...], host: Host) -> None:
    assert host.refused("certificate", *words)
    assert host.calls() == []
    assert not host.path("/etc/ssl/understudy").exists()
