"""The table of rules: what it says of paths that matter, and that each line of it can be reached."""

import re

import pytest

from understudy.parity.capture.parse import SECTIONS
from understudy.parity.drift.rules import (
    BREAKS,
    MAY,
    NEVER,
    POINTS,
    RULES,
    UNLIKELY,
    WORDS,
    Rule,
    rule_for,
)


@pytest.mark.parametrize(
    ("path", "weight"),
    [
        ("os.name", BREAKS),
        ("os.kernel", UNLIKELY),
        ("packages.python3.11-minimal", BREAKS),
        ("packages.python3-yaml", UNLIKELY),
        ("packages.postgresql-15", MAY),
        ("postgresql.version", BREAKS),
        ("packages.linux-image-6.1.0-37-amd64", NEVER),
        ("packages.cowsay", UNLIKELY),
        ("packages.haproxy", BREAKS),
        ("python", BREAKS),
        ("locale.LANG", BREAKS),
        ("locale.available de_DE.utf8", MAY),
        ("time.zone", BREAKS),
        ("mounts./srv.options", MAY),
        ("sysctl.net.core.somaxconn", MAY),
        ("sysctl.vm.swappiness", UNLIKELY),
        ("ports.tcp [::]:8081", MAY),
        ("ports.tcp 127.0.0.1:6401", NEVER),
        ("ports.tcp 0.0.0.0:6401", MAY),
        ("packages.valkey-server", MAY),
        ("units.nginx.service", BREAKS),
        ("units.systemd-fsck@.service", UNLIKELY),
        ("units.ifup@.service", UNLIKELY),
        ("units.redis-server.service", MAY),
        ("units.getty@.service", UNLIKELY),
        ("units.serial-getty@.service", UNLIKELY),
        ("units.certbot.timer", MAY),
        ("nginx./etc/nginx/sites-enabled/todo", BREAKS),
        ("nginx", BREAKS),
        ("postgresql", BREAKS),
        ("postgresql.work_mem", MAY),
        ("mariadb.version", BREAKS),
        ("mariadb.sql_mode", BREAKS),
        ("mariadb.bind_address", MAY),
        ("mariadb", BREAKS),
        ("units.mariadb.service", BREAKS),
        ("packages.mariadb-server", MAY),
        ("modes./srv/todo/shared/env", BREAKS),
        ("files./etc/motd", UNLIKELY),
        ("observed.clock", BREAKS),
        ("observed.free space on /", MAY),
    ],
)
def test_path_has_its_weight(path: str, weight: int) -> None:
    assert rule_for(path).weight == weight


@pytest.mark.parametrize("name", ["todo@.service", "todo.service", "todo.socket"])
def test_unit_from_no_package_may_be_the_app(name: str) -> None:
    assert rule_for(f"units.{name}", own_unit=True).weight == BREAKS


def test_each_section_has_a_rule() -> None:
    assert {rule.pattern.partition(".")[0].rstrip("*") for rule in RULES} == SECTIONS.keys()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.pattern)
def test_each_rule_can_be_reached(rule: Rule) -> None:
    """A rule behind one with a wider pattern never would be."""
    sample = re.sub(r"\[(.)[^]]*\]", r"\1", rule.pattern).replace("*", "x").replace("?", "0")
    found = rule_for(sample, revision_only=rule.revision_only, own_unit=rule.own_unit)
    assert found is rule


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.pattern)
def test_each_rule_has_a_short_reason(rule: Rule) -> None:
    reason = rule.reason
    assert len(reason.split()) > 1
    assert not reason.endswith(".")


def test_path_without_a_rule_is_unlikely_to_matter() -> None:
    assert rule_for("weather.today").weight == UNLIKELY


def test_each_weight_has_points_and_words() -> None:
    assert set(POINTS) == {BREAKS, MAY, UNLIKELY, NEVER}
    assert set(WORDS) == set(POINTS) - {NEVER}
