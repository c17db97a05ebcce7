step program that undoes a firewall
put 0755 /usr/local/sbin/understudy-firewall-undo <<'UNDO' || true
#!/bin/sh
# understudy-firewall-undo SITE arm SECONDS   save the rules and sshd's settings for logins, and restore them
#                                             after SECONDS
# understudy-firewall-undo SITE undo          restore them now, if the new ones are not confirmed yet
# understudy-firewall-undo SITE confirm       let the new ones stay
#
# A changed firewall, or logins that sshd refuses from now on, can lock out the admin who changed them. So
# provisioning over SSH arms this first, and confirms over a new connection, which an admin who is locked
# out can't make. Run as root.
set -eu
export LC_ALL=C
umask 077
site=$1 verb=$2
case $site in *[!a-z0-9-]* | '' | -*) echo "understudy-firewall-undo: bad site name" >&2; exit 2 ;; esac
rules=/etc/nftables.d/understudy.nft
logins=/etc/ssh/sshd_config.d/00-understudy.conf
state=/var/lib/understudy/$site
undo=$state/undo-firewall
undone=$state/firewall-undone
timer=understudy-undo-firewall-$site

refuse() { echo "understudy-firewall-undo: $*" >&2; exit 1; }

lock() {
    exec 9>>"$state/lock-firewall"
    flock 9
}

# What is missing in $undo did not exist before, so $undo has to be complete or absent.
save() {
    rm -rf "$undo.new"
    mkdir "$undo.new"
    # A failure of nft must not pass for a missing table: nothing would be filtered then.
    tables=$(nft list tables inet)
    if echo "$tables" | grep -qx "table inet understudy"; then
        nft list table inet understudy >"$undo.new/table"
    fi
    if [ -e "$rules" ]; then cp -a "$rules" "$undo.new/file"; fi
    if [ -e "$logins" ]; then cp -a "$logins" "$undo.new/logins"; fi
    find "$undo.new" -type f -exec sync {} +
    mv -T "$undo.new" "$undo"
    sync "$state"
}

# An undo restores what was confirmed last: rules that an earlier run saved stay saved.
arm() {
    lock
    [ -d "$undo" ] || save
    disarm
    # systemd takes a moment to forget a timer, and refuses another one of that name until then.
    for _ in 1 2 3 4 5; do
        if systemd-run --quiet --collect --unit="$timer" --on-active="$1" \
            --timer-property=AccuracySec=1s /usr/local/sbin/understudy-firewall-undo "$site" undo; then
            return
        fi
        sleep 0.2
    done
    restore
    refuse "systemd-run could not start the undo's timer, so the firewall stays as it was"
}

disarm() { systemctl stop "$timer.timer" "$timer.service" 2>/dev/null || true; }

restore() {
    # The host is no longer what its stamp says.
    rm -f "/etc/understudy/$site.provisioned"
    if [ -e "$undo/file" ]; then cp -a "$undo/file" "$rules"; else rm -f "$rules"; fi
    restore_logins
    {
        printf 'table inet understudy\ndelete table inet understudy\n'
        if [ -e "$undo/table" ]; then cat "$undo/table"; fi
    } >"$state/restore.nft"
    nft --file "$state/restore.nft"
    rm "$state/restore.nft"
    drop
}

restore_logins() {
    if [ -e "$undo/logins" ]; then
        if cmp -s "$undo/logins" "$logins"; then return 0; fi
        cp -a "$undo/logins" "$logins"
    elif [ -e "$logins" ]; then
        rm "$logins"
    else
        return 0
    fi
    # A failure of sshd must not stop the firewall from being restored.
    systemctl try-reload-or-restart ssh || true
}

# Renamed before it is removed: half of it would be restored as if it were all.
drop() {
    rm -rf "$undo.old"
    mv -T "$undo" "$undo.old"
    rm -rf "$undo.old"
}

undo() {
    lock
    [ -d "$undo" ] || return 0
    # Not the timer's service: this process may be it.
    systemctl stop "$timer.timer" 2>/dev/null || true
    restore
    : >"$undone"
}

confirm() {
    lock
    if [ -e "$undone" ]; then
        # Provisioning may have written its stamp after the undo.
        rm -f "$undone" "/etc/understudy/$site.provisioned"
        refuse "too late: the old firewall is already restored; provision this host again"
    fi
    [ -d "$undo" ] || return 0
    disarm
    drop
}

case $verb in
arm)
    case $3 in *[!0-9]* | '' | ????*) refuse "bad number of seconds" ;; esac
    if [ "$3" -lt 10 ] || [ "$3" -gt 600 ]; then refuse "seconds: 10 to 600"; fi
    arm "$3"
    ;;
undo) undo ;;
confirm) confirm ;;
*) refuse "no such verb: $verb" ;;
esac
UNDO
