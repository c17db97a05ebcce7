"""The smallest topology: a web host, and a database on another one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.integration import production
from tests.integration.hardware import FIRST, SECOND
from tests.integration.production import Production
from tests.integration.site import Site
from tests.integration.staging import PROJECT, Answer, Staging, make_app


@dataclass(frozen=True)
class Shop:
    """An app, the host with its database, and the host of the site."""

    app: Staging
    database: Production
    web: Production

    @property
    def site(self) -> Site:
        return Site(self.app, address=self.web.address)

    def add_list(self, title: str) -> None:
        self._shell(f"List.objects.create(title='{title}')")

    def has_list(self, title: str) -> bool:
        return "found 1" in self._shell(
            f"print('found', List.objects.filter(title='{title}').count())"
        )

    def _shell(self, statement: str) -> str:
        """What Django prints, in the live release."""
        code = f"from lists.models import List; {statement}"
        answer = self.deploy_py("run", "--", "python", "manage.py", "shell", "-c", code)
        assert answer.code == 0, answer.text
        return answer.text

    def deploy_py(self, verb: str, *words: str) -> Answer:
        return self.app.deploy_py(verb, "--target", "shop", *words)

    def sql(self, statement: str) -> str:
        """What the server on the database's host answers."""
        return self.database.ssh(
            f'cd / && sudo -u postgres psql -XAt todo -c "{statement}"'
        ).strip()


@pytest.fixture(scope="module")
def shop_app(tmp_path_factory: pytest.TempPathFactory) -> Staging:
    roles = [
        {"address": FIRST.address, "roles": ["database"]},
        {"address": SECOND.address, "roles": ["web", "worker"]},
    ]

    def add(settings: dict[str, Any]) -> None:
        keys = {"domain": "todo.test", "admin": "ops", "require_receipt": False}
        settings["targets"]["shop"] = {**keys, "hosts": roles}
        settings["app"]["database"] = "postgresql"
        # As on a single host: where the server is, libpq knows.
        settings["app"]["environment"]["DATABASE_URL"] = "postgresql:///todo"

    made = make_app(PROJECT / "example", tmp_path_factory.mktemp("app"), add)
    made.require("psycopg[binary]", python="3.11")
    made.commit("PostgreSQL")
    return made


@pytest.fixture(scope="module")
def shop_hosts(
    shop_app: Staging, staging: Staging, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Production, Production]]:
    """From a box that has most packages: what they need of the network is PostgreSQL."""
    try:
        first = production.start(
            tmp_path_factory.mktemp("shop"), production.provisioned_box(staging)
        )
        first.ssh("sudo rm -f /home/deploy/.ssh/authorized_keys")
        settings = yaml.safe_load(shop_app.config.read_text())
        files = {"key": str(first.key), "known_hosts": str(first.known_hosts)}
        settings["targets"]["shop"] |= files
        shop_app.config.write_text(yaml.safe_dump(settings))
        yield first, production.start_twin(first)
    finally:
        production.remove()


@pytest.fixture(scope="module")
def shop(shop_app: Staging, shop_hosts: tuple[Production, Production]) -> Shop:
    """Provisioned and deployed to."""
    made = Shop(shop_app, *shop_hosts)
    provisioned = made.deploy_py("provision")
    assert provisioned.code == 0, provisioned.text
    deployed = made.deploy_py("deploy")
    assert deployed.code == 0, deployed.text
    return made
