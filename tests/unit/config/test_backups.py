import pytest

from tests.unit.config import test_topology as topology
from tests.unit.config.deploy_yml import TEXT, mistakes
from understudy.config import model as configuration
from understudy.config.model import Config

OTHER = """\
  demo:
    domain: demo.shop.test
    addresses: [192.0.2.8, "2001:db8::9"]
    admin: debian
"""


def parsed(text: str, target: str = "") -> Config:
    return configuration.parse(f"{TEXT}{target}backups: {{{text}}}\n")


def mistake_in(text: str, more: str = "") -> str:
    return "\n".join(mistakes(f"{TEXT}{more}backups: {{{text}}}\n"))


@pytest.mark.parametrize(
    "place",
    [
        "/mnt/disk",
        "sftp:backup@nas.example.com:/backups",
        "sftp:backup@nas:backups",
        "sftp://backup@192.0.2.1:2222//backups",
        "rest:https://backup.example.com:8000/",
        "rest:http://127.0.0.1:8000/shop/",
        "s3:https://s3.example.com/bucket/shop",
        "s3:s3.amazonaws.com/bucket",
    ],
)
def test_places_of_restic(place: str) -> None:
    backups = parsed(f'to: "{place}"').backups

    assert backups
    assert backups.repository("shop-staging") == f"{place.rstrip('/')}/shop-staging"
    assert backups.directory == (place if place == "/mnt/disk" else "")


@pytest.mark.parametrize(
    "place",
    [
        "rest:https://user:secret@backup.example.com/",
        "backups",
        "sftp:nas:/backups",
        "sftp:-oProxyCommand=x@nas:/backups",
        "sftp:backup@-oProxyCommand:/backups",
        "/mnt/a b",
        "/mnt/$(id)",
        "b2:bucket",
    ],
)
def test_other_places_are_mistakes(place: str) -> None:
    assert "backups.to: must be a place of restic without a password" in mistake_in(
        f'to: "{place}"'
    )


def test_server_of_sftp_in_the_words_of_ssh() -> None:
    def ssh(place: str) -> tuple[str, ...]:
        backups = parsed(f'to: "{place}"').backups
        assert backups
        return backups.ssh

    assert ssh("sftp:backup@nas:/b") == ("backup@nas",)
    assert ssh("sftp://backup@nas:2222/b") == ("-p", "2222", "backup@nas")
    assert ssh("s3:host/b") == ()


def test_each_host_of_each_target_has_backups_of_its_own() -> None:
    config = parsed("to: /mnt/disk", OTHER)

    hosts = [host for name in ("staging", "demo") for host in config.hosts(name)]
    names = [config.backups_of(host) for host in hosts]
    assert names == ["shop-staging", "shop-demo-192.0.2.8", "shop-demo-2001-db8--9"]


def test_hosts_that_share_their_data_have_one_backup() -> None:
    config = topology.config(f"{topology.TEXT}backups: {{to: /mnt/disk}}\n")

    target = config.target("production")
    names = {one.address: config.backups_of(target.at(one.address)) for one in target.host_list}
    assert names == {
        "a.example": "",
        "b.example": "shop-production",
        "c.example": "",
        "d.example": "",
    }


def test_target_whose_data_may_be_destroyed_has_none() -> None:
    config = parsed("to: /mnt/disk", "    disposable: true\n")

    assert config.backups_of(config.target("staging")) == ""
    assert configuration.parse(TEXT).backups_of(config.target("staging")) == ""


def test_all_of_two_days_are_kept_and_then_some() -> None:
    backups = parsed("to: /mnt/disk, keep: {daily: 3, weekly: 0}").backups

    assert backups
    within = ("--keep-within", "2d")
    assert backups.keep.words() == (*within, "--keep-daily", "3", "--keep-monthly", "12")
    none = mistake_in("to: /mnt/disk, keep: {daily: 0, weekly: 0, monthly: 0}")
    assert "backups.keep: must keep at least one backup" in none


def test_password_that_is_lost_with_the_host_is_a_mistake() -> None:
    secret = "secrets: {RESTIC_PASSWORD: {generate: 50}}\n"

    assert "secrets.RESTIC_PASSWORD: is lost with the host" in mistake_in("to: /mnt/disk", secret)
    configuration.parse(f"{TEXT}{secret}")


def test_timer_of_the_users_own_has_another_name() -> None:
    timer = "timers: {off-host-backup: {command: x, calendar: daily}}\n"

    said = mistake_in("to: /mnt/disk", timer)
    assert "timers.off-host-backup: `backups` has a timer of this name" in said
