step directories
# own MODE OWNER GROUP PATH
own() {
    [ "$(stat -c '%a %U %G' "$4" 2>/dev/null)" != "$1 $2 $3" ] || return 0
    case $4 in "$ROOT"/*) hold_still "$4" ;; esac
    act install -d -m "$1" -o "$2" -g "$3" "$4"
    case $4 in "$ROOT"/*) act chown "$DEPLOYER" "$ROOT" ;; esac
}
# The deployer owns $ROOT. A link there in place of a directory would change the owner of what it points to.
hold_still() {
    act chown root "$ROOT"
    if [ -L "$1" ]; then
        chown "$DEPLOYER" "$ROOT"
        echo "provision: $1 is a link and must be a directory" >&2
        exit 1
    fi
}
# The set-group-ID bit passes the app's group on to all that the deployer writes there.
own 755 "$DEPLOYER" "$SITE" "$ROOT"
for name in releases venvs; do own 2755 "$DEPLOYER" "$SITE" "$ROOT/$name"; done
# Files that will be installed as root: the app may not even read them.
own 700 "$DEPLOYER" "$DEPLOYER" "$ROOT/cache"
own 755 root root "$ROOT/shared"
# What the app's user locks: `single` processes, and timers while a deploy migrates, by a lock that it holds.
own 755 root root "$ROOT/locks"
if [ "$(stat -c '%a %U %G' "$ROOT/locks/migrating" 2>/dev/null)" != "640 root $SITE" ]; then
    hold_still "$ROOT/locks"
    act install -o root -g "$SITE" -m 0640 /dev/null "$ROOT/locks/migrating"
    act chown "$DEPLOYER" "$ROOT"
fi
# A user who may open a lock's file can hold the lock: only the deployer may.
for name in lock lock.step; do
    # shellcheck disable=SC2016 # for the other shell
    # Written as the deployer, who could place a link there: root would follow it.
    [ "$(stat -c '%a %U' "$ROOT/$name" 2>/dev/null)" = "600 $DEPLOYER" ] ||
        act runuser -u "$DEPLOYER" -- sh -euc 'umask 077; : >>"$1"; chmod 600 "$1"' sh "$ROOT/$name"
done
own 700 "$SITE" "$SITE" "$ROOT/shared/database"
own 700 "$SITE" "$SITE" "$ROOT/shared/backups"
own 2750 "$SITE" www-data "$ROOT/shared/media"
# Collected by the app, served by nginx. The app's service sees it read-only: only a deploy writes there.
own 2750 "$SITE" www-data "$ROOT/static"
# Sockets: the app makes them, only nginx may connect. tmpfiles.d makes the directory at each boot. The audit log is
# append-only, where the file system can: not even root removes a line by mistake. A container's layer forgets that.
log=/var/log/understudy/$SITE.log
put 0644 "/etc/tmpfiles.d/$SITE.conf" <<END || true
d /run/$SITE 2750 $SITE www-data
h $log - - - - +a
END
if booted; then own 2750 "$SITE" www-data "/run/$SITE"; fi

# Understudy's own state: locks, and files that an undo would restore.
own 755 root root /var/lib/understudy
own 700 root root "/var/lib/understudy/$SITE"

# The audit log, which understudy-site appends to. Not append-only in a chroot, whose files the box build removes.
own 755 root root /var/log/understudy
[ -e "$log" ] || act install -o root -g root -m 0644 /dev/null "$log"
if booted && ! is_check; then chattr +a "$log" 2>/dev/null || true; fi

# Made once, here: no one has to know it, and a new key would log all users out.
if is_check; then
    [ -e "$ROOT/shared/env" ] || echo "would write $ROOT/shared/env"
elif [ ! -e "$ROOT/shared/env" ]; then
    umask 077
    # A box is copied to many machines: there, the first real run makes the key.
    if booted; then
        echo "SECRET_KEY=\"$(head -c 48 /dev/urandom | base64 -w 0)\"" >"$ROOT/shared/env.new"
        chown "root:$SITE" "$ROOT/shared/env.new"
        chmod 640 "$ROOT/shared/env.new"
        mv "$ROOT/shared/env.new" "$ROOT/shared/env"
    fi
    umask 022
fi
