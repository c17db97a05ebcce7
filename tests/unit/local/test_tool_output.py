"""The sentence that says why is found in output that Vagrant and virsh really printed."""

import pytest

from understudy.local import tool_output

SETTINGS = "".join(f"==> shop:  -- {key}:   value\n" for key in ("Name", "Memory", "CPUs")) * 10
# Printed by vagrant-libvirt 0.11.2 when another libvirt network has the VM's subnet.
RUBY = """/usr/lib/ruby/vendor_ruby/fog/libvirt/requests/compute/vm_action.rb:7:in `create': Call to \
virDomainCreateWithFlags failed: Network not found: no network with matching name 'shop' (Libvirt::Error)
\tfrom /usr/lib/ruby/vendor_ruby/fog/libvirt/requests/compute/vm_action.rb:7:in `vm_action'
\tfrom /usr/share/rubygems-integration/all/gems/vagrant-2.3.4/lib/vagrant/machine.rb:203:in `action'
"""
IN_USE = (
    "Error occurred while creating new network: Call to virNetworkCreate failed: "
    "internal error: Network is already in use by interface virbr1."
)
CASES = {
    "ruby": (
        f"Bringing machine 'shop' up with 'libvirt' provider...\n{SETTINGS}{RUBY}"
        "==> shop: Removing domain...\n==> shop: Deleting the machine folder\n",
        "Call to virDomainCreateWithFlags failed: Network not found: no network with matching name 'shop'",
    ),
    "sentence": (f"==> shop: Checking\n{IN_USE}\n", IN_USE),
    "paragraph after a colon": (
        "There was an error talking to Libvirt. The error message is shown\nbelow:\n\n"
        "Cannot access storage file '/x' (as uid:64055, gid:64055): Permission denied\n",
        "Cannot access storage file '/x' (as uid:64055, gid:64055): Permission denied",
    ),
    "first sentence of many": (
        "==> shop: Waiting for domain to get an IP address...\n"
        "Timed out while waiting for the machine to boot. This means that\nVagrant was unable\n",
        "Timed out while waiting for the machine to boot.",
    ),
    "virsh": (
        "error: Failed to start network shop\n"
        "error: internal error: Network is already in use by interface virbr1\n",
        "internal error: Network is already in use by interface virbr1",
    ),
    "nothing": ("==> shop: Starting domain.\n", ""),
}


@pytest.mark.parametrize(("printed", "reason"), CASES.values(), ids=CASES)
def test_the_reason_is_found(printed: str, reason: str) -> None:
    assert tool_output.reason(printed) == reason


def test_a_ruby_stack_and_a_list_of_settings_do_not_displace_the_reason() -> None:
    shown = tool_output.lines(RUBY + SETTINGS + "==> shop: Removing domain...\n", 20)
    assert shown == [
        "Call to virDomainCreateWithFlags failed: Network not found: no network with matching name 'shop'",
        "==> shop: Removing domain...",
    ]


def test_tries_to_reach_a_vm_that_boots_on_another_machine_are_left_out() -> None:
    tries = "client_loop: send disconnect: Broken pipe\n" * 30
    text = f"Timed out while waiting for the machine to boot.\n{tries}"

    assert tool_output.lines(text, 20) == ["Timed out while waiting for the machine to boot."]
    assert tool_output.reason(text) == "Timed out while waiting for the machine to boot."
