"""A site is taken off a host by a script that the admin runs as root."""

from dataclasses import replace

import pytest

from tests.unit.fakes import FakeConnection, failed, printed
from tests.unit.staging import Staging
from understudy.errors import Refused, StepFailed
from understudy.host import remove as remove_site
from understudy.ssh.connection import Result

COPY = "rm -f .understudy-remove.sh"


def admin(staging: Staging, answer: Result) -> FakeConnection:
    host = FakeConnection({"sh .understudy-remove.sh shop": answer}, (COPY,))
    staging.hosts["debian"] = host
    return host


@pytest.mark.parametrize(
    ("with_data", "words", "said"),
    [
        (False, "shop deploy sqlite", "its data stays in /srv/shop/shared"),
        (True, "shop deploy sqlite data", "shop and its data are gone"),
    ],
)
def test_site_is_removed_and_its_data_only_if_asked_for(
    with_data: bool, words: str, said: str, staging: Staging
) -> None:
    host = admin(staging, printed("==> nginx\nnoise\n==> units\n"))

    remove_site.remove(staging.job(), with_data=with_data)

    put, run, removed, *_ = host.notes
    assert put == "put .understudy-remove.sh"
    assert run == f"sudo -n sh .understudy-remove.sh {words}"
    assert removed == COPY
    assert staging.report.details == ["nginx", "units"]
    assert said in staging.report.said[-1]


@pytest.mark.parametrize(("engine", "name"), [("postgresql", "PostgreSQL"), ("mariadb", "MariaDB")])
def test_database_of_a_server_is_the_sites_only_where_deploy_yml_has_one(
    engine: str, name: str, staging: Staging
) -> None:
    host = admin(staging, printed(""))

    remove_site.remove(staging.job(app={"database": engine}), with_data=False)

    assert f"sudo -n sh .understudy-remove.sh shop deploy {engine}" in host.notes
    assert f"{name}'s database shop" in staging.report.said[-1]


def test_site_that_is_in_use_is_not_removed(staging: Staging) -> None:
    why = "a deploy or another command is at work there: ann@desk (deploy) since 12:00"
    host = admin(staging, failed(f"remove: refused: {why}\n"))

    with pytest.raises(Refused, match="staging: shop was not removed") as raised:
        remove_site.remove(staging.job(), with_data=False)

    assert raised.value.details == why
    assert COPY in host.notes


def test_removal_that_fails_shows_why_and_that_it_continues(staging: Staging) -> None:
    admin(staging, failed("==> data\n", "psql: error: connection refused"))

    with pytest.raises(StepFailed, match="removing shop from staging failed") as raised:
        remove_site.remove(staging.job(), with_data=True)

    assert raised.value.details.endswith("psql: error: connection refused")
    assert "it continues where it stopped" in raised.value.hint


def test_server_on_another_host_is_left_to_that_host(staging: Staging) -> None:
    hosts = [
        {"address": "192.0.2.1", "roles": ["web"]},
        {"address": "192.0.2.2", "roles": ["database"]},
    ]
    job = staging.job(app={"database": "postgresql", "media_url": None}, hosts=hosts)
    host = admin(staging, printed(""))

    for address in ("192.0.2.1", "192.0.2.2"):
        remove_site.remove(replace(job, address=address), with_data=True)

    ran = [note for note in host.notes if "understudy-remove.sh shop" in note]
    assert [note.split()[-2] for note in ran] == ["sqlite", "postgresql"]
