"""Samples of what a plan is made from: the desired state, the shipment, an observed host."""

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from tests.unit.fakes import config, facts, manifest
from understudy.deploy.desired import DesiredState, Shipment
from understudy.host.facts import ObservedState
from understudy.release.layout import Manifest
from understudy.release.render import RenderedFile

NGINX = "/etc/nginx/sites-available/shop"
UNIT = "/etc/systemd/system/shop@.service"
CURRENT = "/srv/shop/current"
NEW, OLD = "c0ffee00-new", "c0ffee00-old"


def desired_state(release: Manifest | None = None, **settings: Any) -> DesiredState:
    site = config(**settings)
    release = release or manifest(NEW, "2024-02-01")
    directory = PurePosixPath("/srv/shop/releases") / release.id
    return DesiredState(
        config=site,
        target=site.target("staging"),
        release=release,
        release_files=(RenderedFile(directory / "environment", f"RELEASE={release.id}\nX=1\n"),),
        site_config=(
            RenderedFile(PurePosixPath(NGINX), "server {}\n"),
            RenderedFile(PurePosixPath(UNIT), "[Service]\n"),
        ),
    )


SHIPMENT = Shipment(
    release=(b"source", b"own files"),
    packages_tars=(Path("/tmp/a-1.tar.gz"), Path("/tmp/b-2.tar.gz")),
    packages=("a-1", "b-2"),
    compiled=True,
    room=1000,
)


def live_host(release: Manifest | None = None, **changes: Any) -> ObservedState:
    """A host on which a release is live, the desired one if no other is given."""
    release = release or manifest(NEW, "2024-02-01")
    return replace(
        facts(
            current=release.id,
            releases=(release,),
            venvs=frozenset({release.lock}),
            packages=frozenset(SHIPMENT.packages),
            running=frozenset({release.id}),
            served=frozenset({release.id}),
            files={
                NGINX: "server {}\n",
                UNIT: "[Service]\n",
                f"{CURRENT}/environment": f"RELEASE={release.id}\nX=1\n",
            },
        ),
        **changes,
    )
