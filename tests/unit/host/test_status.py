"""What status prints, from the host's facts."""

import pytest

from tests.unit.fakes import manifest, printed
from tests.unit.staging import Staging, changes, lines_of
from understudy.host import status


@pytest.mark.parametrize(
    ("lost", "printed_text"),
    [
        (None, ", running"),
        ("unit\tshop", "NOT RUNNING"),
        ("unit\tnginx", "NOT RUNNING"),
        ("current\t", "no release is live yet"),
    ],
)
def test_status_shows_the_live_release_and_whether_it_runs(
    lost: str | None, printed_text: str, staging: Staging
) -> None:
    release = manifest("c0ffee00-old", "2024-02-01T00:00:00+00:00")
    lines = staging.facts(*lines_of(release, current=release.id)).output.splitlines()
    output = "\n".join(line for line in lines if not (lost and line.startswith(lost)))
    host = staging.host(printed(output))

    status.status(staging.job())

    assert printed_text in "\n".join(staging.report.said)
    assert changes(host) == []
