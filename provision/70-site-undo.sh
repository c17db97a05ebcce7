# The verbs confirm and undo of understudy-site, and what `install` and `boot` need of them.
put 0644 /usr/local/lib/understudy/site/undo <<'VERBS' || true
# shellcheck shell=sh
. "$verbs/units"
. "$verbs/haproxy"
undo_dir=$state/undo
timer=understudy-undo-$site

# places LIST...: all that an install changes, with the units in those lists. The list itself is the last,
# so that an undo which a power failure ends finds it again.
places() {
    echo "/etc/nginx/sites-available/$site"
    echo "/etc/nginx/sites-enabled/$site"
    echo "$systemd/$site@.service"
    echo "$haproxy_file"
    unit_places "$@"
    echo "$listed"
}

confirm() {
    lock
    [ -d "$undo_dir" ] || return 0
    forget_removed_timers
    forget
}

undo() {
    lock
    [ -d "$undo_dir" ] || return 0
    # Not the timer's service: this process may be it.
    systemctl stop "$timer.timer" 2>/dev/null || true
    restore_all
}

restore_all() {
    stop_new_timers
    restore "$undo_dir"
    systemctl daemon-reload
    restart_timers
    nginx -t -q || refuse "the old files are restored, but nginx -t fails"
    if is_proxy; then reload_haproxy || true; fi
    # nginx may have died of what was installed, or not have come up with it after a boot.
    systemctl reload-or-restart nginx
    drop
}

# save DIRECTORY: copies what is in those places. A file that DIRECTORY lacks later did not exist, so
# DIRECTORY has to be complete or absent, also after a power failure.
save() {
    rm -rf "$1.new"
    mkdir "$1.new"
    for place in $(places "$listed"); do
        mkdir -p "$1.new$(dirname "$place")"
        if [ -e "$place" ] || [ -L "$place" ]; then cp -a "$place" "$1.new$place"; fi
    done
    find "$1.new" -type f -exec sync {} +
    mv -T "$1.new" "$1"
    sync "$(dirname "$1")"
}

# restore DIRECTORY: the opposite of save.
restore() {
    for place in $(places "$listed" "$1$listed"); do
        rm -f "$place"
        if [ -e "$1$place" ] || [ -L "$1$place" ]; then cp -a "$1$place" "$place"; fi
    done
}

# arm SECONDS: calls `undo` after that time, unless a confirm comes first.
arm() {
    disarm
    # systemd takes a moment to forget a timer, and refuses another one of that name until then.
    for _ in 1 2 3 4 5; do
        if systemd-run --quiet --collect --unit="$timer" --on-active="$1" \
            --timer-property=AccuracySec=1s /usr/local/sbin/understudy-site "$site" undo; then
            return
        fi
        sleep 0.2
    done
    # Nothing has changed yet, but an earlier install may have: without a timer it can't stay.
    restore_all
    refuse "systemd-run could not start the undo's timer; unconfirmed files are undone"
}

# The service too: an undo that waits for the lock would come too late.
disarm() { systemctl stop "$timer.timer" "$timer.service" 2>/dev/null || true; }

forget() {
    disarm
    drop
}

# The installed files are synced first: without the saved ones, a power failure could leave nginx and
# systemd with empty files. Renamed before it is removed: half of it would be restored as if it were all.
drop() {
    sync -f /etc/nginx /etc/systemd
    rm -rf "$undo_dir.old"
    mv -T "$undo_dir" "$undo_dir.old"
    rm -rf "$undo_dir.old"
}
VERBS
