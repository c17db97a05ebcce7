"""A deploy says what it promises to browsers by `hsts`, before it does."""

from typing import Any

import pytest

from tests.unit.fakes import TEMPLATES, config, failed
from tests.unit.plans import NGINX, desired_state, live_host
from tests.unit.staging import DEPLOY, Staging
from understudy.deploy import deploy_host, hsts, rollout
from understudy.release import render

QUIET = (*DEPLOY, 'mv "$1.new" "$1"', "/run make")
FILES = {"certificate": {"chain": "/etc/ssl/shop.pem", "key": "/etc/ssl/shop.key"}}


def installed(time: str | None) -> str:
    """The nginx file of a host that was deployed to with that `hsts`."""
    site = config(target=with_hsts(time))
    return render.host_files(site, site.target("staging"), TEMPLATES)[0].content


def with_hsts(time: str | None) -> dict[str, Any]:
    return {**FILES, **({"hsts": time} if time else {})}


def found(before: str | None, now: str | None) -> list[str]:
    host = live_host(files={NGINX: installed(before)} if before != "no site" else {})
    return hsts.warnings(desired_state(target=with_hsts(now)), host)


@pytest.mark.parametrize(
    ("before", "now"), [(None, "1y"), ("no site", "1d"), ("1d", "1y"), ("0", "1d")]
)
def test_longer_promise_is_a_warning(before: str | None, now: str) -> None:
    [warning] = found(before, now)

    assert warning.startswith(f"hsts: {now}: for that time after a visit, browsers open shop.test ")
    assert "docs/edge.md" in warning


@pytest.mark.parametrize(
    ("before", "now"), [(None, None), ("1y", "1y"), ("1y", "1d"), ("1y", "0"), ("1y", None)]
)
def test_promise_that_was_made_already_is_none(before: str | None, now: str | None) -> None:
    assert found(before, now) == []


def test_plan_and_deploy_warn_before_anything_is_done(deployable: Staging) -> None:
    deployable.host(**{"cat /etc/ssl/shop.pem": failed("no such file")})
    for verb in (rollout.plan, deploy_host.deploy):
        verb(deployable.job(**with_hsts("1y")))

    assert [text[:10] for text in deployable.report.warnings] == 2 * ["hsts: 1y: "]
