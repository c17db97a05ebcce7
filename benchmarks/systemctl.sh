#!/bin/sh
# Replaces systemctl on a host that has no systemd. Active are the units that have a file in /run/active-units, with
# the number of their process if there is one; all are enabled, and no others exist. To start a service of gunicorn
# is to start web.py at its socket.
state=/run/active-units systemd=/etc/systemd/system web=/usr/local/lib/web.py
verb="" quiet="" value="" properties="" units=""
while [ $# -gt 0 ]; do
    case $1 in
    -q | --quiet) quiet=1 ;;
    --value) value=1 ;;
    -p | --property) properties="$properties $2" && shift ;;
    -*) ;;
    *) if [ "$verb" ]; then units="$units $1"; else verb=$1; fi ;;
    esac
    shift
done

# Their names: of a pattern, or of a name with or without its ending.
active() {
    for file in "$state"/*; do
        name=${file##*/}
        # shellcheck disable=SC2254 # a pattern is meant
        case $name in $1 | $1.service) echo "$name" ;; esac
    done
}

show() {
    for property in ${properties:-Id LoadState ActiveState SubState UnitFileState}; do
        case $property in
        Id) answer=$1 ;;
        LoadState) answer=loaded ;;
        ActiveState) answer=active ;;
        SubState) answer=running ;;
        UnitFileState) answer=enabled ;;
        NRestarts | Job) answer=0 ;;
        MainPID) answer=$(cat "$state/$1") ;;
        *) answer= ;;
        esac
        if [ "$value" ]; then echo "$answer"; else echo "$property=$answer"; fi
    done
}

# setting NAME FILE
setting() { sed -n "s/^$1 *= *//p" "$2"; }

start() {
    name=${1%.service}.service
    if [ ! -e "$state/$name" ]; then
        instance=${name#*@} file=$systemd/$name
        case $name in *@*) file=$systemd/${name%%@*}@.service ;; esac
        config=$(setting ExecStart "$file" | sed "s/.*--config //; s/%i/${instance%.service}/")
        user=$(setting User "$file") socket=$(setting bind "$config" | sed 's/^"unix://; s/"$//')
        rm -f "$socket"
        setsid setpriv --reuid="$user" --regid="$user" --init-groups python3 -IS "$web" "$socket" \
            </dev/null >/dev/null 2>&1 &
        echo $! >"$state/$name"
        until [ -S "$socket" ] || ! kill -0 $!; do sleep 0.02; done
    fi
}

stop() {
    name=${1%.service}.service
    xargs -r kill <"$state/$name" || true
    rm -f "$state/$name"
} 2>/dev/null

# shellcheck disable=SC2086 # a pattern must not become names of files
set -f
for unit in $units; do
    set +f
    case $verb in
    list-units) active "$unit" | sed 's/.*/& loaded active running &/' ;;
    show) for name in $(active "$unit"); do show "$name"; done ;;
    is-active)
        [ "$(active "$unit")" ] || exit 3
        [ "$quiet" ] || echo active
        ;;
    is-enabled) [ ! "$(active "$unit")" ] || echo enabled ;;
    start) start "$unit" ;;
    stop) stop "$unit" ;;
    restart) stop "$unit" && start "$unit" ;;
    reload) nginx -s reload ;;
    esac
done
