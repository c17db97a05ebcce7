"""What apt-get and dpkg print -> how far they are."""

from understudy.local.apt_output import AptOutput
from understudy.local.share import Share

# Of apt 2.6 without a terminal; the last lines are dpkg's.
PRINTED = """\
Reading package lists...
The following NEW packages will be installed:
  libgpm2 nginx nginx-common
1 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.
Need to get 1,640 kB/2,001 kB of archives.
After this operation, 80.1 MB of additional disk space will be used.
Get:1 http://deb.debian.org/debian bookworm/main amd64 nginx-common all 1.22.1-9 [112 kB]
Get:2 http://deb.debian.org/debian bookworm/main amd64 nginx amd64 1.22.1-9 [1,528 kB]
Fetched 1,640 kB in 1s (9,000 kB/s)
Selecting previously unselected package nginx-common.
Preparing to unpack .../nginx-common_1.22.1-9_all.deb ...
Unpacking nginx-common (1.22.1-9) ...
Unpacking nginx (1.22.1-9) ...
Unpacking libgpm2:amd64 (1.20.7-10+b1) over (1.20.7-9) ...
Setting up nginx-common (1.22.1-9) ...
Created symlink /etc/systemd/system/multi-user.target.wants/nginx.service
Setting up nginx (1.22.1-9) ...
Setting up libgpm2:amd64 (1.20.7-10+b1) ...
"""


def shares(text: str) -> list[Share]:
    apt = AptOutput()
    return [share for line in text.splitlines() if (share := apt.take(line))]


def test_bytes_come_first_then_packages() -> None:
    assert shares(PRINTED) == [
        Share(0, 1_640_000),
        Share(112_000, 1_640_000),
        *(Share(done, 3, "packages") for done in (0, 1, 1, 2, 2, 3)),
    ]


def test_a_second_run_counts_from_its_own_begin() -> None:
    assert shares(PRINTED + PRINTED) == shares(PRINTED) * 2


def test_package_lists_are_no_share_of_anything() -> None:
    lists = (
        "Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]\nReading package lists...\n"
    )

    assert shares(lists) == []
    assert shares(PRINTED + lists) == shares(PRINTED)


def test_packages_that_are_there_already_are_not_fetched() -> None:
    cached = PRINTED.replace("1,640 kB/2,001 kB", "0 B/2,001 kB").replace("Get:", "Hit:")

    assert [share.unit for share in shares(cached)] == ["packages"] * 6


def test_packages_of_which_the_number_is_not_known_are_no_share() -> None:
    assert shares("Setting up nginx (1.22.1-9) ...\n") == []
