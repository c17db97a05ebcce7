"""What is said of one of several hosts that does not answer."""

from pathlib import Path

import pytest

from tests.unit.config.test_topology import TEXT
from understudy.cli import lost_host
from understudy.errors import NoConnection
from understudy.paths import Project

ALONE = TEXT.partition("    hosts:")[0] + "    address: a.example\n"


@pytest.mark.parametrize(
    ("text", "address", "found"),
    [
        (TEXT, "d.example", "Is d.example (database) up? If it is lost for good"),
        # Another's, and a host that is the only one.
        (TEXT, "x.example", "as before"),
        (ALONE.replace("postgresql", "sqlite"), "a.example", "as before"),
        # A broken deploy.yml hides no error.
        ("- not: one", "d.example", "as before"),
    ],
)
def test_hint_names_the_host_by_role_and_what_to_do_without_it(
    text: str, address: str, found: str, tmp_path: Path
) -> None:
    project = Project(tmp_path, tmp_path / "deploy.yml")
    project.config_file.write_text(text)
    error = NoConnection("no SSH connection", hint="as before", address=address)

    lost_host.explain(error, project, "production")

    assert error.hint.startswith(found)
    assert ("docs/topology.md#a-host-that-is-lost" in error.hint) == (found != "as before")
