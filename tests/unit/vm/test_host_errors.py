"""What ssh and virsh print if another machine can't run the VM, and what the user is to do."""

import pytest

from understudy.vm import host_errors

URL = "ssh://ann@bigbox:2222"
FAILED = "error: failed to connect to the hypervisor\n"
RESET = ": Connection reset by peer"


@pytest.mark.parametrize(
    ("printed", "hint"),
    [
        (
            "No ED25519 host key is known for bigbox and you have requested strict checking.\n"
            "Host key verification failed.\n",
            "`ssh ssh://ann@bigbox:2222` shows its host key",
        ),
        ("ann@bigbox: Permission denied (publickey).\n", "ssh-copy-id ssh://ann@bigbox:2222"),
        (
            "ssh: Could not resolve hostname bigbox: Name or service not known\n",
            "HostName in ~/.ssh/config",
        ),
        (
            "ssh: connect to host bigbox port 2222: Connection refused\n",
            "Is the machine up, and is vm.host",
        ),
    ],
)
def test_way_by_ssh_that_fails_is_explained(printed: str, hint: str) -> None:
    error = host_errors.no_ssh(URL, printed)

    assert error.summary.startswith("no SSH connection to bigbox")
    assert hint in error.hint
    assert error.details == printed.strip()
    of_virsh = host_errors.no_libvirt(
        URL, f"{FAILED}error: Cannot recv data: {printed.strip()}{RESET}\n"
    )
    assert of_virsh
    assert of_virsh.hint == error.hint, "virsh goes the same way"


@pytest.mark.parametrize(
    ("printed", "hint"),
    [
        (
            "error: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
            "Libvirtd does not run on bigbox",
        ),
        (
            "error: Failed to connect socket to '/var/run/libvirt/libvirt-sock': Connection refused",
            "Libvirtd does not run on bigbox",
        ),
        (
            "error: Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied",
            "group libvirt",
        ),
        (
            "error: authentication unavailable: no polkit agent available to authenticate action "
            "'org.libvirt.unix.manage'",
            "group libvirt",
        ),
        (
            "error: Cannot recv data: sh: 1: virt-ssh-helper: not found" + RESET,
            "Libvirt is not installed on bigbox",
        ),
    ],
)
def test_libvirt_that_does_not_answer_is_explained(printed: str, hint: str) -> None:
    error = host_errors.no_libvirt(URL, f"{FAILED}{printed}\n")

    assert error
    assert error.summary.startswith("libvirt on bigbox")
    assert hint in error.hint


@pytest.mark.parametrize(
    "printed",
    [
        "error: failed to get domain 'understudy'",
        "error: Storage volume not found: no storage vol with matching name 'x'",
        "error: Requested operation is not valid: domain is not running",
    ],
)
def test_refusal_of_libvirt_itself_is_left_to_the_caller(printed: str) -> None:
    assert host_errors.no_libvirt(URL, f"{printed}\n") is None
