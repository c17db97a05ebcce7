# Copies of what this run replaces below /etc, and a list of the names. A name without a copy did not exist.
KEPT=/var/lib/understudy/$SITE/provisioning REPLACED=/var/lib/understudy/$SITE/replaced

exists() { [ -e "$1" ] || [ -L "$1" ]; }

# keep PATH: call it before PATH is changed. Copies of a run that was killed stay: they are older. Programs
# in /usr/local are not restored, because an undo that is under way needs them.
keep() {
    case $1 in /etc/*) ;; *) return 0 ;; esac
    if is_check || ! booted || grep -qsxF "$1" "$KEPT/list"; then return 0; fi
    (umask 077 && mkdir -p "$KEPT/was$(dirname "$1")")
    if exists "$1"; then cp -a "$1" "$KEPT/was$1"; fi
    echo "$1" >>"$KEPT/list"
}

was_changed() { grep -q "^/etc/$1/" "$KEPT/list"; }

# The exit of a run that failed. Services read the restored files again.
restore_kept() {
    status=$?
    trap - EXIT
    if [ "$status" = 0 ] || [ ! -s "$KEPT/list" ]; then exit "$status"; fi
    while read -r path; do
        echo "provision: $path is restored" >&2
        if exists "$KEPT/was$path"; then
            cp -a "$KEPT/was$path" "$path.restored"
            mv -fT "$path.restored" "$path"
        else
            rm -f "$path"
        fi
    done <"$KEPT/list"
    # One that fails must not stop the others.
    set +e
    was_changed systemd && systemctl daemon-reload
    was_changed ssh && sshd -t && systemctl try-reload-or-restart ssh
    was_changed nginx && nginx -t -q && systemctl reload nginx
    was_changed postgresql && systemctl restart "$service"
    was_changed mysql && systemctl restart mariadb
    rm -rf "$KEPT"
    exit "$status"
}

# The end of a run that did not fail. The first copy of a file stays: later ones were written by earlier runs.
keep_for_good() {
    if [ ! -e "$KEPT/list" ]; then return 0; fi
    while read -r path; do
        if exists "$KEPT/was$path" && ! exists "$REPLACED$path"; then
            (umask 077 && mkdir -p "$REPLACED$(dirname "$path")")
            cp -a "$KEPT/was$path" "$REPLACED$path"
            echo "==> replaced $path; the old file is kept as $REPLACED$path"
        fi
    done <"$KEPT/list"
    rm -rf "$KEPT"
}
trap restore_kept EXIT
