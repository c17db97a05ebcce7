step SSH logins
# Users whom `keys only` would lock out: they have a password, a shell and no key.
only_with_password() {
    while IFS=: read -r user password _; do
        case $password in '' | '!'* | '*'*) continue ;; esac
        entry=$(getent passwd "$user") || continue
        case $entry in */nologin | */false) continue ;; esac
        home=$(echo "$entry" | cut -d: -f6)
        [ "$user" != root ] || echo "$sshd_settings" | grep -qx 'permitrootlogin yes' || continue
        grep -qs '^[^#]' "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2" || echo "$user"
    done </etc/shadow
}

# why_passwords_stay: prints the reason to leave login by password on, or nothing.
why_passwords_stay() {
    users=$(only_with_password | tr '\n' ' ')
    admin_home=$(getent passwd "$ADMIN" | cut -d: -f6)
    if [ -n "$users" ]; then
        echo "these users have a password and no key: $users"
    elif grep -Eqs '^passwd:.*(ldap|sss|winbind|nis)' /etc/nsswitch.conf; then
        echo "this host has users from elsewhere, who may have no keys"
    elif ! echo "$sshd_settings" | grep -qx 'authenticationmethods any'; then
        echo "sshd has AuthenticationMethods of its own"
    elif [ -z "${CONFIRM_SECONDS:-}" ] && ! grep -qs '^[^#]' "$admin_home/.ssh/authorized_keys"; then
        echo "$ADMIN has no key"
    fi
}

# Empty, where sshd -T fails, means that nothing is known of this sshd.
sshd_settings=$(sshd -T 2>/dev/null || true)
# In the build of a box sshd has no host keys, so -T fails, and no settings but those of its package.
booted || sshd_settings='authenticationmethods any'
logins=$(mktemp)
# 00: sshd takes the first value that it finds, and cloud-init's file says `yes`.
cat >"$logins" <<'SSHD'
X11Forwarding no
# Logs which key let a user in.
LogLevel VERBOSE
Compression no
# The keepalive inside of the encrypted connection, where no one can forge it.
TCPKeepAlive no
ClientAliveInterval 60
ClientAliveCountMax 2
# Who breaks in here finds no way back to the machines of those who log in: neither their keys, nor a
# port that leads there. Ports of this host are still forwarded to them (`ssh -L`), which a deploy needs.
AllowAgentForwarding no
AllowTcpForwarding local
SSHD
stay=$(why_passwords_stay)
if [ -z "$stay" ]; then
    printf '%s no\n' PasswordAuthentication KbdInteractiveAuthentication >>"$logins"
else
    echo "==> login by password stays on: $stay"
fi
# The mark of an earlier undo says nothing about the changes to come, here and of the firewall.
is_check || rm -f "/var/lib/understudy/$SITE/firewall-undone"
ssh_file=/etc/ssh/sshd_config.d/00-understudy.conf
if booted && [ -n "${CONFIRM_SECONDS:-}" ] && ! cmp -s "$logins" "$ssh_file"; then
    act /usr/local/sbin/understudy-firewall-undo "$SITE" arm "$CONFIRM_SECONDS"
fi
if put 0644 "$ssh_file" <"$logins"; then
    if booted; then
        act sshd -t
        # Ubuntu starts it by a socket: it may not run.
        act systemctl try-reload-or-restart ssh
    fi
fi
rm "$logins"
