# The verbs timer-run, timers-stop and timers-start of understudy-site.
put 0644 /usr/local/lib/understudy/site/timers <<'VERBS' || true
# shellcheck shell=sh

# run_timer NAME: runs it now, prints what it prints meanwhile, and ends with its exit code. A broken connection
# ends only the printing.
run_timer() {
    [ -e "/etc/systemd/system/$site-$1.timer" ] || refuse "$site has no timer $1"
    run_unit "$site-$1.service" "$1"
}

run_off_host() {
    [ -e "/etc/understudy/$site.off-host" ] || refuse "$site has no \`backups\` in deploy.yml"
    run_unit "$site-off-host-backup.service" "the backup"
}

# run_unit UNIT WHAT
run_unit() {
    unit=$1
    if is_running; then echo "$2 is running already; this run begins when that one has ended"; fi
    while is_running; do sleep 0.5; done
    make_work
    # Its cursor is where the journal ends now. Without an entry of this timer there is none, nor is one needed.
    show_run -n 1 >/dev/null
    systemctl reset-failed "$unit" 2>/dev/null || true
    systemctl start "$unit" 2>"$work/errors" &
    while kill -0 "$!" 2>/dev/null; do
        show_run
        sleep 0.5
    done
    started=0
    wait "$!" || started=$?
    journalctl -q --sync || true
    show_run
    end_as_run
}

stop_timers() {
    timers=$(installed_timers)
    # shellcheck disable=SC2086 # names of units are words
    [ -z "$timers" ] || systemctl stop $timers
    # Not before the timers, which would begin others.
    # shellcheck disable=SC2046
    [ -z "$timers" ] || systemctl stop $(echo "$timers" | sed 's/timer$/service/')
}

start_timers() {
    timers=$(installed_timers)
    # shellcheck disable=SC2086
    [ -z "$timers" ] || systemctl start $timers
}

installed_timers() { grep -s '\.timer$' "/etc/understudy/$site.units" || true; }

is_running() {
    case $(systemctl show -p ActiveState --value "$unit") in inactive | failed) return 1 ;; esac
}

# It fails if there is no entry.
show_run() {
    journalctl -q -o cat --no-pager --cursor-file="$work/cursor" "$@" "_SYSTEMD_UNIT=$unit" || true
}

# By systemd's words for how the process ended: ExecMainCode of org.freedesktop.systemd1(5) is that of waitid(2).
end_as_run() {
    systemctl show -p Result -p ExecMainCode -p ExecMainStatus "$unit" >"$work/end"
    code='' status='' result=''
    while IFS='=' read -r key value; do
        case $key in ExecMainCode) code=$value ;; ExecMainStatus) status=$value ;; Result) result=$value ;; esac
    done <"$work/end"
    case $code in 2 | 3) status=$((128 + status)) ;; esac
    if [ "$started" != 0 ] && [ "${status:-0}" = 0 ]; then
        cat "$work/errors" >&2
        refuse "$unit did not run: $result"
    fi
    exit "$status"
}
VERBS
