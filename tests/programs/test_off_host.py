"""Off-host backups by the real restic: sent, tried, listed, fetched; what is wrong with a place is found."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import sftp_server
from tests.programs.backup_site import program, sql
from tests.programs.off_host_site import PASSWORD, OffHostSite
from tests.programs.sftp_server import Server
from understudy.commands import backups

pytestmark = [pytest.mark.needs("restic"), pytest.mark.usefixtures("quick_sync")]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


@pytest.fixture
def site(tmp_path: Path, place: Path) -> OffHostSite:
    return made(tmp_path / "host", str(place))


def made(root: Path, place: str, name: str = "shop", password: str = PASSWORD) -> OffHostSite:
    site = OffHostSite(root, name)
    site.make(place, password)
    site.fill(1, 2, 3)
    return site


def rows(site: OffHostSite) -> list[object]:
    return [row for (row,) in sql(site.database, "SELECT x FROM item")]


def test_backup_is_tried_listed_and_comes_to_a_new_host(
    site: OffHostSite, place: Path, tmp_path: Path
) -> None:
    photo = (site.shared / "media/photos/a b.jpg").read_bytes()
    name = site.back_up()
    site.fill(4)
    later = site.back_up()

    [first, second] = backups.parse_list(site.done("list"))
    assert (first.name, first.rows, second.name, second.rows) == (name, 3, later, 4)
    assert first.size > 4096
    assert list((site.shared / "backups").iterdir()) == []

    new = made(tmp_path / "new", str(place))
    (new.shared / "media/photos/a b.jpg").unlink()
    (new.shared / "media/own.txt").write_text("as it is")
    new.done("fetch", name)

    assert (new.shared / "media/photos/a b.jpg").read_bytes() == photo
    assert (new.shared / "media/own.txt").read_text() == "as it is"
    found = new.shared / "backups" / name
    assert sorted(file.name for file in found.iterdir()) == ["rows", "shop.sqlite3"]
    assert sql(found / "shop.sqlite3", "SELECT x FROM item") == [(1,), (2,), (3,)]


def test_file_that_is_there_stays_as_it_is(site: OffHostSite) -> None:
    name = site.back_up()
    (site.shared / "media/photos/a b.jpg").write_text("newer")

    site.done("fetch", name)

    assert (site.shared / "media/photos/a b.jpg").read_text() == "newer"


def test_what_the_place_has_is_known_on_a_new_host(
    site: OffHostSite, place: Path, tmp_path: Path
) -> None:
    new = made(tmp_path / "new", str(place))
    found = new.path("/var/lib/understudy-timers/shop/.off-host-found")

    assert new.done("look") == "found\t0\t\n"
    assert found.read_text() == "0 \n"
    assert list(place.iterdir()) == []
    site.back_up()
    name = site.back_up()
    assert new.done("look") == f"found\t2\t{name}\n"
    assert found.read_text() == f"2 {name}\n"
    modes = [one.stat().st_mode & 0o777 for one in (found, found.parent, found.parent.parent)]
    assert modes == [0o644, 0o755, 0o755]
    found.unlink()
    new.done("list")
    assert found.read_text() == f"2 {name}\n"


def test_other_password_is_found_by_a_look(site: OffHostSite) -> None:
    site.back_up()
    site.give("RESTIC_PASSWORD", "another one")

    assert "RESTIC_PASSWORD is not the password of this repository" in site.failed("look")


class TestDamage:
    def test_damaged_data_is_found_by_the_try(self, site: OffHostSite, place: Path) -> None:
        """After all was sent: as a disk there that writes other bytes."""
        real = shutil.which("restic")
        harm = f"""for pack in {place}/*/data/*/*; do
            chmod u+w "$pack"; printf x | dd of="$pack" bs=1 seek=70 conv=notrunc status=none; done"""
        program(
            site.root / "bin", "restic", f'case "$*" in check*) {harm} ;; esac\nexec {real} "$@"'
        )
        # The part that is read is another one.
        program(site.root / "bin", "python3", "")

        said = site.failed("run")

        assert "the repository is damaged" in said or "can't be restored" in said
        assert list((site.shared / "backups").iterdir()) == []

    def test_restored_database_that_differs_is_a_failure(self, site: OffHostSite) -> None:
        other = site.root / "other"
        shutil.copytree(site.shared / "database", other)
        sql(other / "shop.sqlite3", "DELETE FROM item")
        (other / "rows").write_text("3\titem\tshop.sqlite3\n")
        real = shutil.which("restic")
        dump = f'case "$*" in dump*) exec tar -C {other} -c . ;; esac'
        program(site.root / "bin", "restic", f'{dump}\nexec {real} "$@"')

        said = site.failed("run")

        assert "the database of" in said
        assert "it differs from what was sent: Files" in said

    def test_missing_pack_is_found(self, site: OffHostSite, place: Path) -> None:
        site.back_up()
        packs = (place / "shop-staging/data").glob("*/*")
        # The one with the data: for one with the directories restic waits two minutes.
        max(packs, key=lambda pack: pack.stat().st_size).unlink()

        assert "the repository is damaged" in site.failed("run")

    def test_media_that_could_not_be_read_leave_no_backup(self, site: OffHostSite) -> None:
        name = site.back_up()
        shutil.rmtree(site.shared / "media")

        assert "the media could not be read: tar: " in site.failed("run")
        assert [one.name for one in backups.parse_list(site.done("list"))] == [name]


class TestPlace:
    def test_wrong_password_changes_nothing(self, site: OffHostSite, place: Path) -> None:
        site.back_up()
        before = sorted(place.rglob("*"))
        site.give("RESTIC_PASSWORD", "another one")

        said = site.failed("run")

        assert "RESTIC_PASSWORD is not the password of this repository" in said
        assert "made again" not in said
        assert sorted(place.rglob("*")) == before

    def test_without_a_password_it_says_what_to_do(self, site: OffHostSite) -> None:
        (site.state / "RESTIC_PASSWORD").unlink()

        assert "no secret RESTIC_PASSWORD: `secrets set RESTIC_PASSWORD`" in site.failed("run")

    def test_repository_that_is_gone_is_not_made_again(
        self, site: OffHostSite, place: Path
    ) -> None:
        site.back_up()
        shutil.rmtree(place / "shop-staging")

        said = site.failed("run")

        assert "can't be opened" in said
        assert f"It was there before. If it shall be made again: rm {site.state}/made" in said
        assert list(place.iterdir()) == []
        (site.state / "made").unlink()
        site.back_up()

    def test_list_makes_no_repository(self, site: OffHostSite, place: Path) -> None:
        assert "can't be opened" in site.failed("list")
        assert list(place.iterdir()) == []

    def test_full_place_is_a_failure_in_restics_words(self, site: OffHostSite) -> None:
        site.back_up()
        # By the limit of a file, which is as good as that of a disk.
        real = shutil.which("restic")
        limit = 'case "$*" in backup*) ulimit -f 20; trap "" XFSZ ;; esac'
        program(site.root / "bin", "restic", f'{limit}\nexec {real} "$@"')
        site.fill(4)

        assert "could not be sent: " in site.failed("run")

    def test_directory_on_the_sites_own_disk_is_refused(
        self, site: OffHostSite, place: Path
    ) -> None:
        site.setting(directory=str(place))
        assert f"{place} is on the same disk as the site" in site.failed("run")

        site.setting(directory=f"{place}/gone")
        assert f"there is no directory {place}/gone" in site.failed("run")

    def test_two_sites_in_one_place_know_nothing_of_each_other(
        self, site: OffHostSite, place: Path, tmp_path: Path
    ) -> None:
        other = made(tmp_path / "other", str(place), "blog", "a password of its own")
        ours, theirs = site.back_up(), other.back_up()

        assert [one.name for one in backups.parse_list(site.done("list"))] == [ours]
        assert [one.name for one in backups.parse_list(other.done("list"))] == [theirs]
        assert sorted(path.name for path in place.iterdir()) == ["blog-staging", "shop-staging"]


@pytest.mark.needs("ssh")
class TestSftp:
    @pytest.fixture
    def server(self) -> Iterator[Server]:
        if not sftp_server.PROGRAM.exists():
            pytest.fail(f"no {sftp_server.PROGRAM}: make setup installs it")
        with sftp_server.started() as server:
            yield server

    @pytest.fixture
    def site(self, server: Server, place: Path, tmp_path: Path) -> OffHostSite:
        site = made(tmp_path / "host", server.place(place))
        done = site.keygen()
        assert done.returncode == 0, done.stderr
        return site

    def test_key_of_the_host_is_named_until_the_server_accepts_it(
        self, site: OffHostSite, server: Server, place: Path
    ) -> None:
        key = (site.state / "key.pub").read_text().strip()

        said = site.failed("run")
        assert f"The server has to accept this host's key, in its authorized_keys: {key}" in said

        server.keys.add(key.split()[1])
        name = site.back_up()
        assert [one.name for one in backups.parse_list(site.done("list"))] == [name]
        assert (place / "shop-staging/config").exists()
        assert f"[127.0.0.1]:{server.port} " in (site.state / "known_hosts").read_text()


def test_no_secret_is_in_a_command_line_or_a_message(site: OffHostSite) -> None:
    site.give("RESTIC_REST_USERNAME", "me")
    site.give("RESTIC_REST_PASSWORD", "p@ss/word")
    site.setting(repository="rest:http://127.0.0.1:9/shop-staging/")
    real, notes = shutil.which("restic"), site.root / "notes"
    program(site.root / "bin", "restic", f'echo "$@" >>{notes}\nexec {real} "$@"')

    said = site.failed("run")

    assert "connection refused" in said
    for text in (said, notes.read_text()):
        assert "p@ss" not in text
        assert "p%40ss" not in text
        assert PASSWORD not in text
