"""The differences between two captures, their weights, and the intended ones."""

import pytest

from tests.unit.capture_samples import SECTIONS, captured
from understudy.config.parity import Intended
from understudy.parity.capture.value import Capture
from understudy.parity.drift.comparison import ANY, Comparison, Difference, Side, compare
from understudy.parity.drift.rules import BREAKS, MAY, UNLIKELY

HOSTNAME = SECTIONS["hosts"].replace("web1", "staging")


def compared(*declared: Intended, **changes: str) -> Comparison:
    """The sample, and a copy of it with some sections changed."""
    return compare(Side("production", captured()), Side("vagrant", captured(**changes)), declared)


def paths(comparison: Comparison) -> list[str]:
    return [difference.path for difference in comparison.differences]


def of(model: dict[str, dict[str, str]], copy: dict[str, dict[str, str]]) -> Comparison:
    return compare(Side("a", Capture(model)), Side("b", Capture(copy)))


def test_equal_hosts_have_all_points() -> None:
    found = compared()

    assert (found.differences, found.score) == ((), 100)
    assert found.compared > 60


def test_hosts_that_differ_only_in_name_and_machine_id_are_equal() -> None:
    found = compared(
        hosts=HOSTNAME,
        ports=SECTIONS["ports"].replace("192.0.2.7", "192.0.2.8").replace("pid=6", "pid=7"),
        units=SECTIONS["units"].replace("0123abcd-1", "feedc0de-2").replace("@1000", "@1001"),
        clock="1799999999.5",
        files=SECTIONS["files"].replace("bbbb", "cccc"),
        mounts=SECTIONS["mounts"].replace("99344k", "99340k").replace("1800000", "1700000"),
    )

    assert paths(found) == []


def test_difference_has_both_values_and_its_weight() -> None:
    [found] = compared(time="zone\t/usr/share/zoneinfo/Europe/Berlin\nx\tkvm-clock").differences

    assert found == Difference(
        "time.zone",
        "Etc/UTC",
        "Europe/Berlin",
        BREAKS,
        "dates, sessions and tokens depend on the time",
    )


def test_value_on_one_side_only_is_a_difference() -> None:
    found = of({"hosts": {"a": "1", "b": "2"}}, {"hosts": {"b": "2", "c": "3"}})

    different = [(one.path, one.model, one.copy) for one in found.differences]
    assert different == [("hosts.a", "1", None), ("hosts.c", None, "3")]


def test_differences_most_likely_to_break_an_app_come_first() -> None:
    found = compared(
        sysctl="net/core/somaxconn\t128",
        locale="/etc/default/locale\tLANG=C\navailable\tC.utf8",
        packages=SECTIONS["packages"].replace("7.88.1-10", "7.88.1-11"),
    )

    weights = [difference.weight for difference in found.differences]
    assert weights == sorted(weights, reverse=True)
    assert paths(found)[0] == "locale.LANG"


@pytest.mark.parametrize(
    ("version", "weight"),
    [("1.22.1-9+deb12u3", UNLIKELY), ("1.26.0-1", BREAKS), ("1:1.22.1-9+deb12u2", UNLIKELY)],
)
def test_security_update_weighs_less_than_a_new_version(version: str, weight: int) -> None:
    found = compared(packages=SECTIONS["packages"].replace("1.22.1-9+deb12u2", version))

    assert [difference.weight for difference in found.differences] == [weight]


def test_unit_from_no_package_weighs_more_than_one_of_a_package() -> None:
    files = {"/etc/systemd/system/worker.service": "[Service]\nExecStart=/bin/work"}
    running = {"worker.service": "enabled, active", "smartd.service": "enabled, active"}
    stopped = {"worker.service": "enabled", "smartd.service": "enabled"}

    found = of({"units": running, "unit_files": files}, {"units": stopped, "unit_files": files})

    weights = [(difference.path, difference.weight) for difference in found.differences]
    assert weights == [("units.worker.service", BREAKS), ("units.smartd.service", UNLIKELY)]


@pytest.mark.parametrize(
    ("model", "copy", "differs"),
    [
        ("disabled", None, False),
        ("active", "disabled, active", False),
        ("disabled", "enabled", True),
        ("disabled", "masked", True),
        ("disabled", "disabled, active", True),
    ],
)
def test_disabled_unit_is_as_one_that_is_not_there(
    model: str, copy: str | None, *, differs: bool
) -> None:
    found = of(
        {"units": {"rpcbind.socket": model, "x.timer": "active"}},
        {"units": {**({"rpcbind.socket": copy} if copy else {}), "x.timer": "active"}},
    )

    assert [one.path for one in found.differences] == (["units.rpcbind.socket"] if differs else [])


def test_missing_package_does_not_count_as_a_security_update() -> None:
    found = of({"packages": {"nginx": "1.22.1-9"}}, {"packages": {}})

    assert [difference.weight for difference in found.differences] == [BREAKS]


def test_score_is_a_hundred_minus_the_points_of_each_difference() -> None:
    found = compared(
        time="zone\t/usr/share/zoneinfo/Europe/Berlin\nx\tkvm-clock",
        memory=SECTIONS["memory"].replace("1048572", "0"),
        packages=SECTIONS["packages"] + "\npackage\tinstall\tinstalled\tcowsay\t3.03",
    )

    assert [difference.weight for difference in found.differences] == [BREAKS, MAY, UNLIKELY]
    assert found.score == 100 - 10 - 1 - 0.1


def test_score_is_never_below_zero() -> None:
    many = {"environment": {f"NAME_{number}": "shared/env" for number in range(20)}}

    assert of(many, {"environment": {}}).score == 0


def test_values_that_always_differ_are_not_reported() -> None:
    found = of(
        {"certificates": {"/c.pem ends": "2027-01-01"}},
        {"certificates": {"/c.pem ends": "2028-01-01"}},
    )

    assert (found.differences, found.score) == ((), 100)


def test_section_unreadable_on_one_side_is_one_difference() -> None:
    found = compared(postgresql="!!! no psql on this host")

    [difference] = found.differences
    assert difference.path == "postgresql"
    assert difference.model == "4 values"
    assert difference.copy == "unreadable: no psql on this host"


def test_section_unreadable_on_both_sides_is_listed_separately() -> None:
    neither = captured(postgresql="!!! no psql on this host")

    found = compare(Side("a", neither), Side("b", neither))

    assert (found.score, found.unread) == (100, {"postgresql": "no psql on this host"})


def test_intended_difference_is_listed_separately_and_costs_no_points() -> None:
    declared = Intended(path="memory.*", reason="the VM is small")

    found = compared(declared, memory=SECTIONS["memory"].replace("993412", "8000000"))

    assert (found.differences, found.score) == ((), 100)
    [one] = found.intended
    assert (one.path, one.intended) == ("memory.total", "the VM is small")


def test_path_that_looks_like_a_pattern_matches_itself() -> None:
    declared = Intended(path="ports.tcp [::]:22", reason="the VM has its own SSH port")

    found = compared(declared, ports=SECTIONS["ports"].replace("[::]:22", "[::]:2222"))

    assert [one.path for one in found.intended] == ["ports.tcp [::]:22"]
    assert found.unused == ()


def test_declaration_that_matches_nothing_is_unused() -> None:
    assert compared(Intended(path="memroy.*", reason="typo")).unused == ("memroy.*",)


def test_declaration_of_equal_values_is_not_unused() -> None:
    assert compared(Intended(path="memory.*", reason="the VM is small")).unused == ()


def test_partial_side_is_compared_only_where_it_has_values() -> None:
    code = Capture(
        {"time": {"zone": "Etc/UTC"}, "packages": {"nginx": ANY, "curl": "7.88.1-10 held"}}
    )
    never_there = Intended(path="sysctl.*", reason="not of this")

    found = compare(Side("code", code, partial=True), Side("host", captured()), [never_there])

    assert (found.differences, found.compared, found.unused) == ((), 3, ())


def test_any_matches_each_value_but_not_a_missing_one() -> None:
    code = Capture({"packages": {"nginx": ANY, "cowsay": ANY}})

    found = compare(Side("host", captured()), Side("code", code, partial=True))

    assert paths(found) == ["packages.cowsay"]


def test_comparison_as_json() -> None:
    declared = Intended(path="memory.*", reason="the VM is small")
    found = compared(
        declared,
        memory=SECTIONS["memory"].replace("993412", "8000000"),
        sysctl=SECTIONS["sysctl"].replace("4096\n", "128\n"),
    ).to_json()

    assert (found["from"], found["to"], found["score"]) == ("production", "vagrant", 99)
    assert [one["path"] for one in found["differences"]] == ["sysctl.net.core.somaxconn"]
    assert [one["intended"] for one in found["intended"]] == ["the VM is small"]
