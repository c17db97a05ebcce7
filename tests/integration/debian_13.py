"""A second staging VM: Debian 13 with PostgreSQL, for a small Flask app and for the example."""

from pathlib import Path
from typing import Any

import yaml

from tests.integration.site import Site
from tests.integration.staging import PROJECT, Staging, make_app, vm_name

NAME = "hello"


def flask(directory: Path) -> Staging:
    def change(settings: dict[str, Any]) -> None:
        settings["app"] = {
            "name": NAME,
            "source": settings["app"]["source"],
            "preset": "plain",
            "module": "hello:app",
            "database": "postgresql",
            "environment": {"RELEASE": "{release}"},
        }
        settings["vm"] |= {"name": vm_name("trixie"), "release": "trixie"}
        settings["targets"]["vagrant"] |= {
            "domain": f"{NAME}.test",
            "known_hosts": str(directory / "known_hosts"),
        }

    return make_app(PROJECT / "tests" / "integration" / "flask_app", directory, change)


def example(trixie: Staging, directory: Path) -> Site:
    """The example app instead of Flask's, with PostgreSQL's driver in its lock."""

    def change(settings: dict[str, Any]) -> None:
        there = yaml.safe_load(trixie.config.read_text())
        settings["app"] |= {"name": NAME, "database": "postgresql"}
        settings["app"]["environment"]["DATABASE_URL"] = f"postgresql:///{NAME}"
        settings["vm"], settings["targets"] = there["vm"], there["targets"]

    staging = make_app(PROJECT / "example", directory, change)
    staging.require("psycopg[binary]", python="3.13")
    staging.commit("PostgreSQL")
    site = Site(staging, NAME, postgresql=True)
    assert staging.deploy_py("up").code == 0
    site.retitle("version 0")
    assert site.deploy().code == 0
    return site
