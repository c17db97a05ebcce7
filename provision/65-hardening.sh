step kernel settings
# Turns off what a web server never needs, and nothing that routing, containers or root's debugger need:
# no `forwarding`, no `rp_filter`. An admin's own file with a later name, such as 99-local.conf, wins.
if put 0644 /etc/sysctl.d/60-understudy.conf <<'SYSCTL'
# Addresses and messages of the kernel help those who attack it.
kernel.kptr_restrict = 2
kernel.dmesg_restrict = 1
kernel.perf_event_paranoid = 3
kernel.unprivileged_bpf_disabled = 1
net.core.bpf_jit_harden = 2
# One process of the app's user may not read another's memory; root still may.
kernel.yama.ptrace_scope = 1
# A core dump has the app's secrets in it.
fs.suid_dumpable = 0
kernel.core_uses_pid = 1
# No line discipline is loaded because some program asks for it.
dev.tty.ldisc_autoload = 0
kernel.sysrq = 0
kernel.ctrl-alt-del = 0
# In /tmp, no file of another user is taken for one's own. (Debian itself sets protected_fifos.)
fs.protected_regular = 2
fs.protected_hardlinks = 1
fs.protected_symlinks = 1
# A server knows its routes: it neither takes others nor gives any.
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
# Packets from addresses that can't be: into the log.
net.ipv4.conf.all.log_martians = 1
net.ipv4.conf.default.log_martians = 1
net.ipv4.tcp_syncookies = 1
SYSCTL
then
    # With all other files, in their order. In a container some of the keys are not its own.
    if booted; then act systemctl restart systemd-sysctl || true; fi
fi

# Protocols that no web server speaks: their modules are not loaded because some program opens a socket.
# And FireWire, over which a device that is plugged in reads the memory.
for module in dccp sctp rds tipc firewire-ohci; do echo "install $module /bin/false"; done |
    put 0644 /etc/modprobe.d/understudy.conf || true

# A login's programs dump no core unless asked to; root may still raise the limit.
printf '%s\n' '* soft core 0' '* hard core 0' | put 0644 /etc/security/limits.d/understudy.conf || true
printf '%s\n' '[Coredump]' 'Storage=none' 'ProcessSizeMax=0' |
    put 0644 /etc/systemd/coredump.conf.d/understudy.conf || true
# Ubuntu's reporter of crashes stores core dumps in spite of the limits above, and allows those of set-user-ID programs.
if systemctl is-enabled -q apport.service 2>/dev/null; then act systemctl disable -q --now apport.service; fi
# The limits above are for all users but root.
echo 'ulimit -c 0' | put 0644 /etc/profile.d/understudy.sh || true
