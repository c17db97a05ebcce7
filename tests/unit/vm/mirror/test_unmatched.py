"""The report on packages that the box has in another version than production, or not at all."""

from tests.unit.mirror_samples import of, production, with_entries
from understudy.vm.mirror.unmatched import summary, text, unmatched

NAME = "provision/production.lock.yml"
BOX = {"nginx": "1.22.1-9+deb12u9", "python3": "3.11.2-1+b1", "grub-pc": "2.06"}


def test_unmatched_file_shows_both_versions_and_why_it_matters() -> None:
    found = of(with_entries("packages", nginx="1.24.0-1", libgone="1.0"))

    shown = text(NAME, found, unmatched(found, BOX))

    assert NAME in shown.splitlines()[0]
    assert "2 of 3 packages" in shown
    [nginx] = [line for line in shown.splitlines() if "packages.nginx" in line]
    assert "1.24.0-1" in nginx
    assert "1.22.1-9+deb12u9" in nginx
    [redis] = [line for line in shown.splitlines() if "packages.redis-server" in line]
    assert "(none)" in redis
    assert "another web server or version" in shown
    assert "libgone" not in shown, "it was not asked for, and nothing on the box needs it"


def test_summary_is_one_line() -> None:
    found = of(production())

    assert summary(found, unmatched(found, BOX)) == (
        "bookworm, 4096 MiB, 4 processors, 1 of 3 packages, locale de_DE.UTF-8, "
        "time zone Europe/Berlin, 1024 MiB of swap, 1 kernel settings"
    )
    assert "packages" not in summary(found, None)
