"""Files that make a VM's settings production's: what is in them, and what never comes into them."""

import subprocess

import pytest

from tests.unit.likeness_samples import of, production, with_entries
from understudy.parity.capture.value import Capture
from understudy.vm.mirror import kernel, limits
from understudy.vm.mirror import variables as for_provisioning

MORE = "/etc/systemd/system/nginx.service.d/more.conf"


def variables(capture: Capture) -> dict[str, str]:
    """What a shell makes of the file that provisioning reads."""
    names = ("LOCALE", "LOCALE_LINES", "LOCALES", "TIMEZONE", "SWAP_MIB")
    tell = "\n".join(f'printf "%s\\0" "${{{name}-}}"' for name in names)
    text = of(capture).files.get(for_provisioning.PATH, "")
    done = subprocess.run(["sh", "-euc", text + tell], capture_output=True, text=True, check=True)
    return {
        name: value for name, value in zip(names, done.stdout.split("\0"), strict=False) if value
    }


def test_provisioning_hears_of_locale_zone_and_swap() -> None:
    assert variables(production()) == {
        "LOCALE": "de_DE.UTF-8",
        "LOCALE_LINES": "LC_TIME=C.UTF-8",
        "LOCALES": "de_DE.UTF-8",
        "TIMEZONE": "Europe/Berlin",
        "SWAP_MIB": "1024",
    }


def test_host_without_any_of_it_leaves_no_file() -> None:
    bare = production(locale={}, time={}, memory={"total": "970 MiB", "swap": "0 MiB"})

    assert for_provisioning.PATH not in of(bare).files


@pytest.mark.parametrize(
    "value", ["de_DE", "de_DE@euro", "de_DE.ISO-8859-1", "$(reboot)", "C; reboot"]
)
def test_locale_that_cannot_be_made_is_told(value: str) -> None:
    capture = production(locale={"LANG": value})

    assert "LOCALE" not in variables(capture)
    assert of(capture).notes == (f"the locale {value!r} is none in UTF-8: the VM has C.UTF-8",)


@pytest.mark.parametrize("value", ["unknown", "../../etc/passwd", "$(reboot)", "/Etc/UTC"])
def test_zone_that_is_none_is_told(value: str) -> None:
    capture = with_entries("time", zone=value)

    assert "TIMEZONE" not in variables(capture)
    assert of(capture).notes == (f"the time zone {value!r} is none: the VM has Etc/UTC",)


def test_locales_come_as_one_package_where_production_has_it() -> None:
    capture = production(packages={"locales-all": "2.36-9"})

    assert "LOCALES" not in variables(capture)


def test_kernel_is_told_without_failing_by_what_it_refuses() -> None:
    files = of(with_entries("sysctl", net__ipv4__tcp_rmem="4096 131072  6291456")).files

    assert files[kernel.SYSCTL].splitlines() == [
        "-net.core.somaxconn = 512",
        "-net.ipv4.tcp_rmem = 4096 131072 6291456",
    ]
    assert files[kernel.TMPFILES].endswith("transparent_hugepage/enabled - - - - never\n")


@pytest.mark.parametrize("key", ["vm.nr_hugepages", "kernel.core_pattern", "odd key", "../x", "x"])
def test_kernel_is_not_told(key: str) -> None:
    assert key not in of(production(sysctl={key: "1"})).sysctl


def test_open_files_of_services() -> None:
    assert of(production()).files[limits.PATH] == "[Manager]\nDefaultLimitNOFILE=1024:65536\n"


@pytest.mark.parametrize(
    ("section", "path", "text"),
    [
        ("limits", "/etc/security/limits.conf", "* hard nofile 4096"),
        ("limits", "/etc/security/limits.d/web.conf", "* soft nofile 1\n* hard nofile 2"),
        ("unit_files", "/etc/systemd/system.conf", "[Manager]\nDefaultLimitNOFILE=9"),
        ("unit_files", "/etc/systemd/system.conf.d/x.conf", "[Manager]\nDefaultTasksMax=90%"),
        ("unit_files", MORE, "[Service]\nLimitNOFILE=1024\nMemoryMax=512M"),
    ],
)
def test_file_of_limits_is_taken_over_as_it_is(section: str, path: str, text: str) -> None:
    assert of(production(**{section: {path: text}})).files[path] == f"{text}\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (MORE, "[Service]\nExecStartPre=/opt/agent\nLimitNOFILE=1024"),
        (MORE, "[Service]\nEnvironment=TOKEN=***"),
        ("/etc/systemd/system.conf", "[Manager]\nDefaultEnvironment=A=***"),
        ("/etc/systemd/system.conf", "[Manager]\nRuntimeWatchdogSec=30"),
    ],
)
def test_file_that_sets_more_is_told_and_left(path: str, text: str) -> None:
    found = of(production(unit_files={path: text}))

    assert path not in found.files
    assert [note for note in found.notes if note.startswith(f"{path} is not taken over")]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/security/limits.d/../../sudoers.d/x",
        "/etc/security/limits.d/a b",
        "/etc/systemd/system/ssh.service.d/x.conf",
        "/etc/sudoers",
    ],
)
def test_no_other_file_can_be_put_onto_the_vm(path: str) -> None:
    text = {path: "* hard nofile 1"}

    assert path not in of(production(limits=text, unit_files=text)).files


def test_what_the_kernel_refuses_is_told() -> None:
    wanted = {"net.core.somaxconn": "512", "vm.swappiness": "1", "net.odd.key": "1", "a.b": "1 2"}
    output = "net/core/somaxconn\t512\nvm/swappiness\t60\na/b\t1\t2\n"

    assert [*kernel.refused(wanted, output)] == [
        "vm.swappiness: production has 1, the VM's kernel keeps 60",
        "net.odd.key: the VM's kernel has no such setting",
    ]


def test_kernel_is_asked_for_what_it_has() -> None:
    argv = kernel.query({"net.core.somaxconn": "1", "net.odd.key": "1", "kernel.ostype": "Linux"})
    output = subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    assert [line.partition("\t")[0] for line in output.splitlines()][-1] == "kernel/ostype"
    assert "odd" not in output
