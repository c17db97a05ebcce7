step undo of the firewall
put 0755 /usr/local/sbin/understudy-firewall-undo <<'UNDO' || true
#!/bin/sh
# understudy-firewall-undo SITE arm SECONDS   remember the rules, and sshd's for logins; they come back
#                                             after SECONDS
# understudy-firewall-undo SITE undo          bring them back now, if they are not confirmed yet
# understudy-firewall-undo SITE confirm       the rules may stay as they are by now
#
# A changed firewall, or logins that sshd refuses from now on, can lock out who changed them. So provisioning over SSH arms this first, and
# confirms over a new connection, which nobody can make who is locked out. Run as root.
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

# What is missing in $undo was not there: so it has to be there whole or not at all.
save() {
    rm -rf "$undo.new"
    mkdir "$undo.new"
    # That nft fails must not look as if there were no table: nothing would be filtered then.
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

# Rules that nobody has confirmed yet are none to come back to: the oldest ones stay remembered.
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
    put_back
    refuse "systemd-run says no, so the firewall stays as it was"
}

disarm() { systemctl stop "$timer.timer" "$timer.service" 2>/dev/null || true; }

put_back() {
    # The host is no longer what its stamp says.
    rm -f "/etc/understudy/$site.provisioned"
    if [ -e "$undo/file" ]; then cp -a "$undo/file" "$rules"; else rm -f "$rules"; fi
    put_back_logins
    {
        printf 'table inet understudy\ndelete table inet understudy\n'
        if [ -e "$undo/table" ]; then cat "$undo/table"; fi
    } >"$state/restore.nft"
    nft --file "$state/restore.nft"
    rm "$state/restore.nft"
    drop
}

put_back_logins() {
    if [ -e "$undo/logins" ]; then
        if cmp -s "$undo/logins" "$logins"; then return 0; fi
        cp -a "$undo/logins" "$logins"
    elif [ -e "$logins" ]; then
        rm "$logins"
    else
        return 0
    fi
    # That it fails must not keep the firewall as it is.
    systemctl reload ssh || true
}

# Renamed first: half of what was saved would be put back as if it were all.
drop() {
    rm -rf "$undo.old"
    mv -T "$undo" "$undo.old"
    rm -rf "$undo.old"
}

undo() {
    lock
    [ -d "$undo" ] || return 0
    # Not the timer's service: this may be it.
    systemctl stop "$timer.timer" 2>/dev/null || true
    put_back
    : >"$undone"
}

confirm() {
    lock
    if [ -e "$undone" ]; then
        # Provisioning may have written its stamp after the undo.
        rm -f "$undone" "/etc/understudy/$site.provisioned"
        refuse "too late: the firewall is already as it was before; provision this host again"
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
