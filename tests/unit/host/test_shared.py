"""The hosts of one site get the secrets of the first, and the login to the database of another."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.fakes import FakeConnection, failed, printed
from tests.unit.staging import Staging
from understudy.config.secrets import Secret
from understudy.errors import Refused, StepFailed
from understudy.host import shared
from understudy.job import Job

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
PASSWORD = "0123456789abcdef0123456789abcdef01234567"
SECRETS = 'SECRET_KEY="of the first"\n'
HOSTS = [
    {"address": "192.0.2.1", "private": "10.0.0.1", "roles": ["web"]},
    {"address": "192.0.2.2", "private": "10.0.0.2", "roles": ["web", "database"]},
    {"address": "192.0.2.3", "private": "10.0.0.3", "roles": ["web"]},
]


def test_target_without_hosts_shares_nothing(staging: Staging) -> None:
    shared.share(staging.job())

    assert staging.report.steps == []


def host(staging: Staging, address: str, **answers: Any) -> FakeConnection:
    """Its admin's login."""
    made = FakeConnection(
        {**answers, "cat /srv/shop/shared/env": answers.get("shared/env", printed(SECRETS))},
        ("psql", "secret-set", "cmp -s", "test -e /srv/shop/current"),
    )
    staging.hosts[f"debian@{address}"] = made
    return made


def job(staging: Staging, secrets: dict[str, Any] | None = None) -> Job:
    app = {"database": "postgresql", "media_url": None}
    made = staging.job(app=app, hosts=HOSTS)
    given = {"secrets": {name: Secret(**one) for name, one in (secrets or {}).items()}}
    return replace(made, config=made.config.model_copy(update=given))


def login() -> dict[str, Any]:
    return {"/etc/understudy/shop.database-password": printed(f"{PASSWORD}\n{CERTIFICATE}")}


def shop(staging: Staging, secrets: dict[str, Any] | None = None) -> tuple[FakeConnection, ...]:
    """The hosts after their secrets were shared."""
    made = tuple(host(staging, str(one["address"]), **login()) for one in HOSTS)
    shared.share(job(staging, secrets))
    return made


def test_hosts_get_the_secrets_of_the_first(staging: Staging) -> None:
    first, second, third = shop(staging)

    assert SECRETS not in first.sent
    assert SECRETS in second.sent
    assert SECRETS in third.sent


def test_hosts_without_the_database_get_its_login(staging: Staging) -> None:
    first, second, third = shop(staging)

    for one in (first, third):
        [login] = [text for text in one.sent if "PGHOST" in text]
        assert 'PGHOST="10.0.0.2"\n' in login
        assert 'PGSSLMODE="verify-full"\n' in login
        assert 'PGCONNECT_TIMEOUT="5"\n' in login
        assert f'PGPASSWORD="{PASSWORD}"\n' in login
        assert CERTIFICATE in one.sent
        assert any("psql" in note for note in one.notes)
    assert not any("PGHOST" in text for text in second.sent)


def test_no_command_and_no_message_has_a_password(staging: Staging) -> None:
    hosts = shop(staging)

    notes = "\n".join(note for one in hosts for note in one.notes)
    assert PASSWORD not in notes + "\n".join(staging.report.details)
    assert PASSWORD not in repr(shared.Database("10.0.0.2", PASSWORD, CERTIFICATE))


def test_network_that_lets_no_login_through_is_named(staging: Staging) -> None:
    shop(staging)
    host(staging, "192.0.2.1", psql=failed("timeout expired"))

    with pytest.raises(StepFailed) as raised:
        shared.share(job(staging))

    assert raised.value.summary == "staging (192.0.2.1) can't use the database on 10.0.0.2"
    assert raised.value.details == "timeout expired"
    assert "10.0.0.2:5432" in raised.value.hint


def test_first_host_makes_the_secrets_of_deploy_yml(staging: Staging) -> None:
    hosts = shop(staging, {"MAIL_KEY": {"generate": 40}})

    made = [any("MAIL_KEY" in note for note in one.notes) for one in hosts]
    assert made == [True, False, False]


def test_secrets_of_the_host_that_is_live_win(staging: Staging) -> None:
    """A host that is new has only just made a key of its own."""
    shop(staging)
    first = host(staging, "192.0.2.1", **{"test -e /srv/shop/current": failed("")})
    live = host(staging, "192.0.2.2", **login(), **{"shared/env": printed('SECRET_KEY="old"\n')})

    shared.share(job(staging))

    assert 'SECRET_KEY="old"\n' in first.sent
    assert not [text for text in live.sent if "SECRET_KEY" in text]


def test_secret_that_only_another_host_has_is_not_lost(staging: Staging) -> None:
    shop(staging)
    more = f'{SECRETS}MAIL_KEY="m"\nAPI="a"\n'
    third = host(staging, "192.0.2.3", **{"shared/env": printed(more)})

    with pytest.raises(
        Refused, match=r"192\.0\.2\.3 has secrets that 192\.0\.2\.1 lacks: API, MAIL_KEY"
    ):
        shared.share(job(staging))

    assert third.sent == []
