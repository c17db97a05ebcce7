step users
# The app's user owns the data, can't log in and can't write its own code.
getent passwd "$SITE" >/dev/null ||
    act useradd --system --user-group --no-create-home --home-dir "$ROOT" --shell /usr/sbin/nologin "$SITE"

getent passwd "$DEPLOYER" >/dev/null || act useradd --create-home --shell /bin/bash "$DEPLOYER"
home=$(getent passwd "$DEPLOYER" | cut -d: -f6)
admin_home=$(getent passwd "$ADMIN" | cut -d: -f6)
if [ ! -e "$home/.ssh/authorized_keys" ] && [ -e "$admin_home/.ssh/authorized_keys" ]; then
    # Written as the deployer, who could place a link there: root would follow it.
    # shellcheck disable=SC2016 # for the other shell
    act runuser -u "$DEPLOYER" -- sh -euc 'umask 077; mkdir -p "$1/.ssh"; cat >"$1/.ssh/authorized_keys"' \
        sh "$home" <"$admin_home/.ssh/authorized_keys"
fi
# A deploy holds its lock as long as its connection lives. After a cut cable or a power failure on the
# other end, the connection ends in half a minute and not in hours. Sites of one host may have different deployers; the
# file without a name was that of all.
changed=
if exists /etc/ssh/sshd_config.d/understudy.conf; then
    keep /etc/ssh/sshd_config.d/understudy.conf
    act rm /etc/ssh/sshd_config.d/understudy.conf
    changed=1
fi
if put 0644 "/etc/ssh/sshd_config.d/understudy-$DEPLOYER.conf" <<SSHD
Match User $DEPLOYER
    ClientAliveInterval 10
    ClientAliveCountMax 3
SSHD
then changed=1; fi
if [ -n "$changed" ] && booted; then
    act sshd -t
    act systemctl try-reload-or-restart ssh
fi
# The deployer reads the journal and nginx's logs, to show why a release did not start or answer.
for group in systemd-journal adm "$SITE"; do
    id -nG "$DEPLOYER" 2>/dev/null | tr ' ' '\n' | grep -qx "$group" || act usermod -aG "$group" "$DEPLOYER"
done
