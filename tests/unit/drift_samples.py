"""A comparison with differences of each weight, and a value that is markup."""

from tests.unit.capture_samples import SECTIONS, captured
from understudy.config.parity import Intended
from understudy.parity.drift.comparison import Comparison, Side, compare

NASTY = "<script>alert(1)</script>"


def compared() -> Comparison:
    copy = captured(
        time="zone\t/usr/share/zoneinfo/Europe/Berlin\nx\tkvm-clock",
        nginx=SECTIONS["nginx"].replace("user www-data;", "user web;"),
        sysctl="net/core/somaxconn\t128\n/sys/kernel/mm/transparent_hugepage/enabled\t[always]",
        memory=SECTIONS["memory"].replace("993412", "8000000"),
        packages=SECTIONS["packages"] + f"\npackage\tinstall\tinstalled\tcowsay\t{NASTY}",
        firewall="!!! no nft on this host",
    )
    declared = Intended(path="memory.*", reason="the VM is small")
    return compare(Side("production", captured()), Side("vagrant", copy), [declared])
