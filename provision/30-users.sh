step users
# The app's user: owns the data, can't log in, can't write its own code.
getent passwd "$SITE" >/dev/null ||
    useradd --system --user-group --no-create-home --home-dir "$ROOT" --shell /usr/sbin/nologin "$SITE"

getent passwd "$DEPLOYER" >/dev/null || useradd --create-home --shell /bin/bash "$DEPLOYER"
home=$(getent passwd "$DEPLOYER" | cut -d: -f6)
admin_home=$(getent passwd "$ADMIN" | cut -d: -f6)
if [ ! -e "$home/.ssh/authorized_keys" ] && [ -e "$admin_home/.ssh/authorized_keys" ]; then
    install -d -o "$DEPLOYER" -g "$DEPLOYER" -m 0700 "$home/.ssh"
    install -o "$DEPLOYER" -g "$DEPLOYER" -m 0600 "$admin_home/.ssh/authorized_keys" "$home/.ssh/"
fi
# A deploy holds its lock as long as its connection lives. One whose other end is gone without a word,
# by a cut cable or a power failure, ends after half a minute and not after hours.
if put 0644 /etc/ssh/sshd_config.d/understudy.conf <<SSHD
Match User $DEPLOYER
    ClientAliveInterval 10
    ClientAliveCountMax 3
SSHD
then
    if booted; then
        sshd -t
        systemctl reload ssh
    fi
fi
# Reads the journal and nginx's logs, to show why a release did not start or answer.
for group in systemd-journal adm "$SITE"; do
    id -nG "$DEPLOYER" | tr ' ' '\n' | grep -qx "$group" || usermod -aG "$group" "$DEPLOYER"
done
