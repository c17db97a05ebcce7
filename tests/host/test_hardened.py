"""How provision/ hardens a host. Each line is listed here too: one that is dropped there fails."""

import re
from collections.abc import Mapping

import pytest

from understudy.testing.host_questions import Answer

Answers = Mapping[str, Answer]

KERNEL = """
kernel.kptr_restrict = 2
kernel.dmesg_restrict = 1
kernel.perf_event_paranoid = 3
kernel.unprivileged_bpf_disabled = 1
net.core.bpf_jit_harden = 2
kernel.yama.ptrace_scope = 1
fs.suid_dumpable = 0
kernel.core_uses_pid = 1
dev.tty.ldisc_autoload = 0
kernel.sysrq = 0
kernel.ctrl-alt-del = 0
fs.protected_regular = 2
fs.protected_hardlinks = 1
fs.protected_symlinks = 1
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.default.accept_redirects = 0
net.ipv4.conf.all.secure_redirects = 0
net.ipv4.conf.default.secure_redirects = 0
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
net.ipv4.conf.all.accept_source_route = 0
net.ipv4.conf.default.accept_source_route = 0
net.ipv6.conf.all.accept_redirects = 0
net.ipv6.conf.default.accept_redirects = 0
net.ipv6.conf.all.accept_source_route = 0
net.ipv6.conf.default.accept_source_route = 0
net.ipv4.conf.all.log_martians = 1
net.ipv4.conf.default.log_martians = 1
net.ipv4.tcp_syncookies = 1
""".strip().splitlines()

LINES: Mapping[str, list[str]] = {
    "ssh": [
        "x11forwarding no",
        "loglevel VERBOSE",
        "compression no",
        "tcpkeepalive no",
        "clientaliveinterval 60",
        "clientalivecountmax 2",
        "allowagentforwarding no",
        "allowtcpforwarding local",
    ],
    "modules": [
        f"install {name} /bin/false" for name in ("dccp", "sctp", "rds", "tipc", "firewire-ohci")
    ],
    "core dumps": [
        "* soft core 0",
        "* hard core 0",
        "Storage=none",
        "ProcessSizeMax=0",
        "ulimit -c 0",
    ],
    "wanted kernel": KERNEL,
}


@pytest.mark.parametrize("question", LINES)
def test_each_line_is_there(answers: Answers, question: str) -> None:
    found = answers[question].lines
    assert [line for line in LINES[question] if line not in found] == []


def test_network_has_these_settings(answers: Answers) -> None:
    """Also that of a container, which has these for itself."""
    found = answers["kernel"].lines
    expected = [line for line in expected_kernel(answers) if line.startswith("net.ip")]
    assert [line for line in expected if line not in found] == []


def expected_kernel(answers: Answers) -> list[str]:
    """Without those that an active ufw sets."""
    return [line for line in KERNEL if line.split()[0] not in answers["ufw's kernel"].lines]


def test_kernel_has_these_settings(answers: Answers) -> None:
    if answers["container"].ok:
        kind = answers["container"].text
        pytest.skip(f"this host is a container ({kind}): kernel settings are those of its machine")
    assert set(expected_kernel(answers)) <= set(answers["kernel"].lines)


def test_ssh_takes_keys_only(answers: Answers) -> None:
    """Passwords only where a user would be locked out, which provisioning says."""
    if not answers["passwords"].lines:
        wanted = {"passwordauthentication no", "kbdinteractiveauthentication no"}
        assert wanted <= set(answers["ssh"].lines)


def test_weak_passwords_are_refused(answers: Answers) -> None:
    """And others not, as without a dictionary."""
    used = r"^password\s+requisite\s+pam_pwquality\.so"
    assert re.search(used, answers["new passwords"].text, re.MULTILINE)
    assert answers["password rules"].lines == ["False", "False", "True"]


def test_console_warns_before_a_login(answers: Answers) -> None:
    """A banner that the host had before, other than the distribution's name, has stayed."""
    assert answers["banners"].lines
    assert not re.search("^(Debian|Ubuntu) ", answers["banners"].text, re.MULTILINE)


def test_upgrades_install_themselves(answers: Answers) -> None:
    """An admin who has turned them off has said so there."""
    found = answers["upgrades"].text
    assert re.search('^APT::Periodic::Unattended-Upgrade "[01]";', found, re.MULTILINE)
