"""What changes on a host by itself: asked with the real script, and read."""

import shlex
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from understudy.errors import StepFailed
from understudy.host import facts, facts_query, readings
from understudy.host.readings import Disk, NewestBackup, OffHost, Readings, Restarts

UNITS = """\
echo NRestarts=2
echo Id=shop-worker@r1.service
echo 'ActiveEnterTimestamp=Fri 2024-02-02 00:00:57 UTC'
echo
echo NRestarts=1
echo Id=shop-worker@r1.2.service
echo 'ActiveEnterTimestamp=Fri 2024-02-02 00:00:07 UTC'
echo
echo NRestarts=0
echo Id=shop@r1.service
echo ActiveEnterTimestamp=
echo
echo NRestarts=7
echo Id=shopping@r1.service
"""


def ask(root: Path, *words: str, programs: Mapping[str, str] | None = None) -> str:
    """The real query, run by a shell on a tree in place of a host's root directory."""
    fakes = {"systemctl": UNITS, "sudo": 'shift 4\nexec "$@"\n', **(programs or {})}
    (root / "bin").mkdir()
    for name, text in fakes.items():
        (root / "bin" / name).write_text(f"#!/bin/sh\n{text}")
        (root / "bin" / name).chmod(0o755)
    (root / "srv/shop").mkdir(parents=True, exist_ok=True)
    argv = list(facts_query.status_query("shop", words or ("",)))
    for place, text in enumerate(argv):
        for top in ("/srv", "/etc/", "/usr/local/lib/", "/var/lib/understudy-timers"):
            text = text.replace(top, f"{root}{top}")
        argv[place] = text
    done = subprocess.run(
        ["env", f"PATH={root}/bin:/usr/bin:/bin", *argv], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, ""), shlex.join(argv)
    return done.stdout


def read(output: str) -> Readings:
    return readings.parse(readings.lines_of(output), "shop")


def test_one_query_gives_the_facts_and_what_changes_by_itself(tmp_path: Path) -> None:
    output = ask(tmp_path)

    found = read(output)
    assert abs((datetime.now(UTC) - found.time).total_seconds()) < 60
    assert found.memory is not None
    assert 0 < found.memory.available <= found.memory.total
    assert [disk.used <= 100 and disk.free >= 0 for disk in found.disks] == [True] * len(
        found.disks
    )
    assert facts.parse(output).now == readings.lines_of(output)
    # What a deploy compares has none of it.
    assert "now\t" in output
    assert "now\t" not in facts.lasting(output)


def test_restarts_are_those_of_the_site_and_of_all_of_a_name(tmp_path: Path) -> None:
    last = datetime(2024, 2, 2, 0, 0, 57, tzinfo=UTC)

    assert read(ask(tmp_path)).restarts == {("worker", "r1"): Restarts(3, last)}


def test_newest_whole_backup_is_the_last_one(tmp_path: Path) -> None:
    backups = tmp_path / "srv/shop/shared/backups"
    for name in ("20240101T000000Z-r1", "20240102T030405Z-r1", "20240103T000000Z-r1.new"):
        (backups / name).mkdir(parents=True)
        (backups / name / "rows").write_text("12\titems\n")
        (backups / name / "data").write_bytes(b"x" * 100)

    found = read(ask(tmp_path)).backup

    taken_at = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert found == NewestBackup("20240102T030405Z-r1", taken_at, 109)


def test_host_without_backups_has_none(tmp_path: Path) -> None:
    assert read(ask(tmp_path)).backup is None


@pytest.mark.parametrize(
    ("reach", "state"),
    [
        ("", ""),
        ("true", "ok"),
        ("echo query; echo 'no server' >&2; false", "no server"),
        ("echo 'psql: error: no route'; echo '    Is it running?'; false", "psql: error: no route"),
    ],
)
def test_database_is_reached_or_a_line_says_why_not(reach: str, state: str, tmp_path: Path) -> None:
    assert read(ask(tmp_path, reach)).database == state


def test_services_are_asked_by_the_hosts_program(tmp_path: Path) -> None:
    program = tmp_path / "usr/local/lib/understudy/services"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nprintf 'redis\\t%s\\n' \"$*\"\n")
    program.chmod(0o755)

    assert read(ask(tmp_path, "", "redis=BROKER")).services == {"redis": "shop redis=BROKER"}


@pytest.mark.parametrize(
    ("numbers", "disks"),
    [
        ("1000\t100\t50\t4096", (Disk("/", 50 * 4096, 95),)),
        ("0\t0\t0\t4096", ()),
    ],
)
def test_use_of_a_disk_is_counted_as_by_df(numbers: str, disks: tuple[Disk, ...]) -> None:
    """What only root may write counts as neither used nor free."""
    lines = ["time\t1", f"disk\t/\tf1\t{numbers}", f"disk\t/srv\tf1\t{numbers}"]

    assert readings.parse(lines, "shop").disks == disks


@pytest.mark.parametrize("lines", [[], ["time\tnoon"], ["time\t1", "disk\t/"], ["odd"]])
def test_answer_that_no_host_can_give_is_no_traceback(lines: list[str]) -> None:
    with pytest.raises(StepFailed, match="can't be understood"):
        readings.parse(lines, "shop")


class TestOffHostBackup:
    @pytest.fixture(autouse=True)
    def place(self, tmp_path: Path) -> None:
        (tmp_path / "etc/understudy").mkdir(parents=True)
        (tmp_path / "etc/understudy/shop.off-host").touch()
        (tmp_path / "var/lib/understudy-timers/shop").mkdir(parents=True)

    @pytest.fixture
    def records(self, tmp_path: Path) -> Path:
        return tmp_path / "var/lib/understudy-timers/shop"

    def test_before_the_first_it_is_not_due(self, tmp_path: Path) -> None:
        assert read(ask(tmp_path)).off_host == OffHost(None)

    @pytest.mark.parametrize(
        ("record", "failed"),
        [("success 0 1706832057 0", ""), ("exit-code 1 1706832057 1706832057", "exit-code 1")],
    )
    def test_last_one_is_what_its_unit_has_recorded(
        self, record: str, failed: str, records: Path, tmp_path: Path
    ) -> None:
        (records / "off-host-backup").write_text(f"{record}\n")
        (records / ".off-host-due").write_text("1706918457\n")

        ended = datetime(2024, 2, 2, 0, 0, 57, tzinfo=UTC)
        due = datetime(2024, 2, 3, 0, 0, 57, tzinfo=UTC)
        assert read(ask(tmp_path)).off_host == OffHost(ended, failed, due)

    @pytest.mark.parametrize(
        ("found", "count", "newest"),
        [
            ("12 20240202T000057Z-c0ffee00-now", 12, datetime(2024, 2, 2, 0, 0, 57, tzinfo=UTC)),
            ("0 ", 0, None),
        ],
    )
    def test_new_host_knows_of_those_that_the_place_had(
        self, found: str, count: int, newest: datetime | None, records: Path, tmp_path: Path
    ) -> None:
        (records / ".off-host-found").write_text(f"{found}\n")

        assert read(ask(tmp_path)).off_host == OffHost(None, count=count, newest=newest)

    def test_site_whose_backups_stay_has_none(self, tmp_path: Path) -> None:
        (tmp_path / "etc/understudy/shop.off-host").unlink()

        assert read(ask(tmp_path)).off_host is None
