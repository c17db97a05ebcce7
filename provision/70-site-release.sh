# The verbs warm, start, stop, drain and boot of understudy-site.
put 0644 /usr/local/lib/understudy/site/release <<'VERBS' || true
# shellcheck shell=sh

# Each takes the release's ID.
warm() {
    # A directory, because /run/SITE is the app's: a link of that name would not be followed.
    rm -rf "/run/$site/$1.hold"
    mkdir "/run/$site/$1.hold"
    start_service "$1" --no-block
}

start() {
    rm -rf "/run/$site/$1.hold"
    start_service "$1"
}

# Ends a drain, too: connections that only a drain waits for are closed.
stop() {
    if [ -d "/run/$site/$1.drain" ]; then
        rm -rf "/run/$site/$1.cut"
        mkdir "/run/$site/$1.cut"
    fi
    systemctl stop "$site@$1.service"
    rm -rf "/run/$site/$1.drain" "/run/$site/$1.cut"
}

# See 69-drain.sh.
drain() {
    rm -rf "/run/$site/$1.drain" "/run/$site/$1.cut"
    mkdir "/run/$site/$1.drain"
    systemctl stop --no-block "$site@$1.service"
}

start_service() {
    # An earlier failure must not count against this try.
    systemctl reset-failed "$site@$1.service" 2>/dev/null || true
    systemctl start ${2+"$2"} "$site@$1.service"
}

boot() {
    # The undo's timer did not survive the boot. An undo that fails must not keep the site down.
    if [ -d "$state/undo" ]; then "$0" "$site" undo || true; fi
    [ -L "/srv/$site/current" ] || return 0
    id=$(release_id "$(basename "$(readlink "/srv/$site/current")")")
    [ -e "/etc/understudy/$site.no-web" ] || systemctl start --no-block "$site@$id.service"
    . "$verbs/processes"
    processes_boot "$id"
}
VERBS
