"""When the site's files are installed, and what the host is given for that."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from tests.unit.plans import NGINX, UNIT, desired_state, live_host
from understudy.deploy import site_config
from understudy.deploy.desired import DesiredState
from understudy.host.actions import WriteFiles
from understudy.host.facts import ObservedState
from understudy.release.render import RenderedFile

SYSTEMD = "/etc/systemd/system"
UNITS = "/etc/understudy/shop.units"
WORKER, TIMER = f"{SYSTEMD}/shop-worker@.service", f"{SYSTEMD}/shop-prune.timer"


def desired(*units: str) -> DesiredState:
    before = desired_state()
    more = (RenderedFile(PurePosixPath(unit), f"# {unit}\n") for unit in units)
    return replace(before, site_config=(*before.site_config, *more))


def host(*units: str, listed: str | None = None) -> ObservedState:
    files = {unit: f"# {unit}\n" for unit in units}
    names = "".join(f"{PurePosixPath(unit).name}\n" for unit in units)
    listed = names if listed is None else listed
    return live_host(
        files={
            NGINX: "server {}\n",
            UNIT: "[Service]\n",
            **files,
            **({UNITS: listed} if listed else {}),
        }
    )


def test_units_of_processes_are_staged_with_their_names() -> None:
    upload, *_ = site_config.install(desired(WORKER, TIMER), host())

    assert isinstance(upload, WriteFiles)
    assert {file.path.name: file.content for file in upload.files} == {
        "shop.nginx": "server {}\n",
        "shop@.service": "[Service]\n",
        "shop-worker@.service": f"# {WORKER}\n",
        "shop-prune.timer": f"# {TIMER}\n",
        "shop.units": "shop-worker@.service\nshop-prune.timer\n",
    }


@pytest.mark.parametrize(
    "observed",
    [
        pytest.param(host(WORKER, TIMER), id="the-same"),
        pytest.param(
            host(
                WORKER, TIMER, listed="shop-old@.service\nshop-worker@.service\nshop-prune.timer\n"
            ),
            id="process-of-an-earlier-release",
        ),
    ],
)
def test_nothing_is_installed_if_the_host_has_it(observed: ObservedState) -> None:
    assert site_config.install(desired(WORKER, TIMER), observed) == []


@pytest.mark.parametrize(
    ("wanted", "observed"),
    [
        pytest.param(desired(WORKER), host(), id="new"),
        pytest.param(desired(WORKER), host(WORKER, listed=""), id="not-listed"),
        pytest.param(desired(WORKER), host(WORKER, TIMER), id="timer-given-up"),
        pytest.param(desired(), host(TIMER), id="last-timer-given-up"),
        pytest.param(
            desired(WORKER),
            host(WORKER, listed="shop-worker@.service\nshop-x.service\n"),
            id="service",
        ),
    ],
)
def test_units_are_installed_if_the_host_has_others(
    wanted: DesiredState, observed: ObservedState
) -> None:
    assert len(site_config.install(wanted, observed)) == 4
