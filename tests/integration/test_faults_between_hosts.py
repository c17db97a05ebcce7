"""Faults between a web host and its database while visitors come: all is right again by itself."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.integration.network_faults import End, Link
from tests.integration.staging import begun
from tests.integration.visitors import Seen, Visitors
from tests.integration.web_and_database import Shop

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

# Seconds: after as many gunicorn ends a worker that hangs.
RECOVERY = 30

Fault = Callable[[Shop, Link], AbstractContextManager[None]]


@pytest.fixture
def link(shop: Shop) -> Link:
    """Made again for each test: a boot gives a host another process."""
    return Link(*(End(one.process, one.address) for one in (shop.web, shop.database)))


@contextmanager
def database_restarted(shop: Shop, link: Link) -> Iterator[None]:
    shop.database.ssh("sudo systemctl restart postgresql@15-main")
    yield


@contextmanager
def database_without_power(shop: Shop, link: Link) -> Iterator[None]:
    shop.database.cut_power()
    yield
    shop.database.power_on()
    shop.database.wait_until_booted()


FAULTS: dict[str, Fault] = {
    "partition": lambda shop, link: link.partition(),
    "latency": lambda shop, link: link.latency(200),
    "loss": lambda shop, link: link.loss(5),
    "restart": database_restarted,
    "power cut": database_without_power,
}


@pytest.mark.parametrize("name", FAULTS)
def test_site_is_right_again_by_itself(name: str, shop: Shop, link: Link) -> None:
    with Visitors([shop.web.address], "todo.test") as visitors:
        visitors.stay(3)
        with FAULTS[name](shop, link):
            visitors.stay(10)
        ended = visitors.now
        served = visitors.stay_until_served(RECOVERY)

    seen = Seen.of(visitors.visits)
    print(f"{name}: {seen}, right again after {seen.seconds_to_recover(ended):.1f} s")
    assert served
    assert seen.seconds_to_recover(ended) < RECOVERY


@pytest.mark.parametrize("sign", ["upload the release", "release commands"])
def test_deploy_that_loses_the_database_leaves_nothing_half_live(
    sign: str, shop: Shop, link: Link
) -> None:
    """Before its commands, and after them, when the release starts."""
    shop.app.commit(f"cut at {sign}")
    words = ("--config", shop.app.config, "--target", "shop")
    with begun(sys.executable, "deploy.py", "deploy", *words) as deploying:
        assert deploying.stdout
        assert any(sign in line for line in deploying.stdout), "the step was never reached"
        with link.partition():
            rest = deploying.stdout.read()
            code = deploying.wait(timeout=600)

    print(rest)
    assert code == 1
    assert "can't reach the database's" in rest
    assert shop.site.get("/health").code == 0
    again = shop.deploy_py("deploy")
    assert again.code == 0, again.text
    assert "nothing to do" in shop.deploy_py("deploy").text
