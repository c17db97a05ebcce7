"""Files with production's settings for the VM: what is in them, and what never gets into them."""

import subprocess

import pytest

from tests.unit.mirror_samples import of, production, with_entries
from understudy.parity.capture.value import Capture
from understudy.vm.mirror import kernel, limits
from understudy.vm.mirror import variables as for_provisioning

MORE = "/etc/systemd/system/nginx.service.d/more.conf"


def variables(capture: Capture) -> dict[str, str]:
    """What a shell reads from the file for provisioning."""
    names = ("LOCALE", "LOCALE_LINES", "LOCALES", "TIMEZONE", "SWAP_MIB")
    show = "\n".join(f'printf "%s\\0" "${{{name}-}}"' for name in names)
    text = of(capture).files.get(for_provisioning.PATH, "")
    done = subprocess.run(["sh", "-euc", text + show], capture_output=True, text=True, check=True)
    return {
        name: value for name, value in zip(names, done.stdout.split("\0"), strict=False) if value
    }


def test_provisioning_gets_locale_zone_and_swap() -> None:
    assert variables(production()) == {
        "LOCALE": "de_DE.UTF-8",
        "LOCALE_LINES": "LC_TIME=C.UTF-8",
        "LOCALES": "de_DE.UTF-8",
        "TIMEZONE": "Europe/Berlin",
        "SWAP_MIB": "1024",
    }


def test_no_settings_file_is_written_without_settings() -> None:
    bare = production(locale={}, time={}, memory={"total": "970 MiB", "swap": "0 MiB"})

    assert for_provisioning.PATH not in of(bare).files


@pytest.mark.parametrize(
    "value", ["de_DE", "de_DE@euro", "de_DE.ISO-8859-1", "$(reboot)", "C; reboot"]
)
def test_unusable_locale_is_noted(value: str) -> None:
    capture = production(locale={"LANG": value})

    assert "LOCALE" not in variables(capture)
    assert of(capture).notes == (
        f"production's locale {value!r} is not a UTF-8 locale: the VM has C.UTF-8",
    )


@pytest.mark.parametrize("value", ["unknown", "../../etc/passwd", "$(reboot)", "/Etc/UTC"])
def test_unknown_zone_is_noted(value: str) -> None:
    capture = with_entries("time", zone=value)

    assert "TIMEZONE" not in variables(capture)
    assert of(capture).notes == (
        f"production's time zone {value!r} is not a known one: the VM has Etc/UTC",
    )


def test_locales_all_is_installed_instead_of_single_locales() -> None:
    capture = production(packages={"locales-all": "2.36-9"})

    assert "LOCALES" not in variables(capture)


def test_kernel_settings_are_written_so_that_a_refused_one_is_no_error() -> None:
    files = of(with_entries("sysctl", net__ipv4__tcp_rmem="4096 131072  6291456")).files

    assert files[kernel.SYSCTL].splitlines() == [
        "-net.core.somaxconn = 512",
        "-net.ipv4.tcp_rmem = 4096 131072 6291456",
    ]
    assert files[kernel.TMPFILES].endswith("transparent_hugepage/enabled - - - - never\n")


@pytest.mark.parametrize("key", ["vm.nr_hugepages", "kernel.core_pattern", "odd key", "../x", "x"])
def test_unsafe_kernel_setting_is_left_out(key: str) -> None:
    assert key not in of(production(sysctl={key: "1"})).sysctl


def test_limit_of_open_files_is_taken_over() -> None:
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
def test_file_of_limits_is_copied_as_it_is(section: str, path: str, text: str) -> None:
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
def test_file_that_sets_more_is_noted_and_not_copied(path: str, text: str) -> None:
    found = of(production(unit_files={path: text}))

    assert path not in found.files
    assert [note for note in found.notes if note.startswith(f"{path} is not copied")]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/security/limits.d/../../sudoers.d/x",
        "/etc/security/limits.d/a b",
        "/etc/systemd/system/ssh.service.d/x.conf",
        "/etc/sudoers",
    ],
)
def test_no_other_file_can_be_written_to_the_vm(path: str) -> None:
    text = {path: "* hard nofile 1"}

    assert path not in of(production(limits=text, unit_files=text)).files


def test_refused_kernel_settings_are_reported() -> None:
    wanted = {"net.core.somaxconn": "512", "vm.swappiness": "1", "net.odd.key": "1", "a.b": "1 2"}
    output = "net/core/somaxconn\t512\nvm/swappiness\t60\na/b\t1\t2\n"

    assert [*kernel.refused(wanted, output)] == [
        "vm.swappiness: production has 1, the VM's kernel has 60",
        "net.odd.key: the VM's kernel has no such setting",
    ]


def test_query_prints_the_settings_that_the_kernel_has() -> None:
    argv = kernel.query({"net.core.somaxconn": "1", "net.odd.key": "1", "kernel.ostype": "Linux"})
    output = subprocess.run(argv, capture_output=True, text=True, check=True).stdout

    assert [line.partition("\t")[0] for line in output.splitlines()][-1] == "kernel/ostype"
    assert "odd" not in output
