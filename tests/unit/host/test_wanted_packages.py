"""A package that can't be installed comes with the key of deploy.yml that wants it."""

from typing import Any

import pytest

from tests.unit.fakes import config
from understudy.config.model import Config
from understudy.config.services import PACKAGES
from understudy.host import wanted_packages
from understudy.host.provisioning import Provisioning, provisioning

LOOP = 'for package in nginx "$@"; do\n'
ALL = {
    "app": {"database": "postgresql"},
    "host": {"packages": ["gettext"]},
    "services": ["redis", "memcached", "rabbitmq"],
    "notify": {"to": ["SLACK_URL"]},
    "backups": {"to": "/mnt/disk"},
    "target": {
        "mail": "capture",
        "https": "auto",
        "acme": {"email": "a@shop.test", "terms": True, "dns": {"plugin": "rfc2136"}},
    },
}


def made(settings: dict[str, Any]) -> Provisioning:
    known: Config = config(**settings)
    return provisioning(known, known.target("staging"), [LOOP])


def test_every_package_beyond_the_usual_ones_has_its_key() -> None:
    """A new key that asks for a package fails here, until package_keys knows it."""
    given = made(ALL)

    own, *more = given.packages
    assert own == "nginx"
    assert len(more) == 9
    assert {one: given.package_keys[one] for one in more} == {
        "gettext": "host.packages",
        "postgresql": "app.database",
        PACKAGES["redis"]: "services.redis",
        PACKAGES["memcached"]: "services.memcached",
        PACKAGES["rabbitmq"]: "services.rabbitmq",
        "apprise": "notify",
        "restic": "backups",
        "python3-certbot-dns-rfc2136": "targets.staging.acme.dns",
        "python3-aiosmtpd": "mail",
    }


@pytest.mark.parametrize(
    "line",
    [
        "provision: apt lists no package 'apprise': its name is wrong, or the lists could not be fetched",
        "E: Unable to locate package apprise",
        "E: Package 'apprise' has no installation candidate",
        "E: Failed to fetch http://deb.test/pool/main/a/apprise/apprise_1.9-1_all.deb  404  Not Found",
        "dpkg: error processing package apprise (--configure):",
        " apprise : Depends: python3-apprise but it is not installable",
    ],
)
def test_output_that_blames_a_package_gives_its_key(line: str) -> None:
    cause = wanted_packages.cause(f"Get:1 postgresql\n{line}\n", made(ALL).package_keys)

    assert (
        cause == "deploy.yml wants the package apprise by its key notify, and it can't be installed"
    )


@pytest.mark.parametrize(
    "line", ["Setting up apprise (1.9-1) ...", "E: Unable to locate package nignx"]
)
def test_other_output_gives_none(line: str) -> None:
    assert wanted_packages.cause(line, made(ALL).package_keys) == ""
