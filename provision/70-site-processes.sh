# The verbs of understudy-site for what runs of a release besides the web process, and what `boot` needs of them.
put 0644 /usr/local/lib/understudy/site/processes <<'VERBS' || true
# shellcheck shell=sh disable=SC2046,SC2086
. "$verbs/units"
. "$verbs/ready"
# Lists of units are words here, and patterns are for systemd.
set -f

# Each takes the release's ID. Those of `single` processes are started by processes_hand_over alone.
processes_start() {
    begin "$1"
    forget_scale "$1"
    units=$(units_of "$1" many)
    begun=$(at_rest $units)
    start_units $units
    if await_ready $units; then return 0; fi
    explain
    say "The processes of release $1 that were started end again."
    end_units $begun
    exit 1
}

# One after another. If one does not become ready, all go back to where they were.
processes_hand_over() {
    begin "$1"
    begun='' ended=''
    for new in $(units_of "$1" single); do
        others=$(running "${new%%@*}@*.service" | grep -vxF "$new" || true)
        if [ -z "$others" ] && [ -z "$(at_rest "$new")" ]; then continue; fi
        # Not those that end already.
        ended="$ended $(at_work $others)"
        forget_failures "$new"
        begun="$begun $new"
        # Nothing else between the two: until then none runs.
        [ -z "$others" ] || systemctl stop $others || true
        systemctl start --no-block "$new" || true
        report_killed $others
        await_ready "$new" || hand_back
    done
}

hand_back() {
    systemctl stop $begun || true
    start_units $ended
    # Last, because it takes a while.
    report_killed $begun
    explain
    for old in $ended; do say "$(title "$old") was started again"; done
    exit 1
}

# What was ready may have ended since: one that takes long to start, or that goes to the background.
processes_check() {
    make_work
    read_processes "$1"
    began=$(($(now) - 60000))
    units=$(units_of "$1" many; units_of "$1" single)
    look $units
    failed=$(first_ended) || return 0
    why=$(why_ended "$failed")
    explain
    exit 1
}

# Waits for nothing, and not for another verb either: what ends can't be in its way.
processes_end() {
    end_units $(patterns_of "$1")
}

processes_stop() {
    begin "$1"
    patterns=$(patterns_of "$1")
    [ -n "$patterns" ] || return 0
    units=$(systemctl list-units --all --plain --no-legend $patterns | cut -d ' ' -f 1)
    stop_units $units
}

# processes_restart ID NAME
processes_restart() {
    begin "$1"
    line=$(line_of "$1" "$2")
    units=$(instances "$1" $line)
    systemctl restart $units
    await_ready $units || { explain; exit 1; }
}

# processes_scale ID NAME COUNT
processes_scale() {
    begin "$1"
    line=$(line_of "$1" "$2")
    case $line in *" single "*) refuse "$2 is single: there is never more than one" ;; esac
    mkdir -p "$state/scale"
    echo "$1 $3" >"$state/scale/$2"
    units=$(instances "$1" $line)
    surplus=$(running "$site-$2@$1.*.service" | grep -vxF "$units" || true)
    end_units $surplus
    start_units $units
    await_ready $units || { explain; exit 1; }
}

# Of the live release, as part of `boot`.
processes_boot() {
    [ -s "$listed" ] || return 0
    begin "$1"
    units=$(units_of "$1" many; units_of "$1" single)
    start_units $units
}

# begin ID: one verb at a time, to its end although the connection breaks.
begin() {
    make_work
    trap '' HUP INT PIPE
    exec 8>>"$state/processes-lock"
    flock -n 8 || {
        say "waiting for another command that is at work on the processes"
        flock 8
    }
    read_processes "$1"
}

# No one may be there to read it.
say() { echo "$*" 2>/dev/null || true; }

# The release's list, lines of NAME COUNT many|single READY. Nothing of it is shown: it may be another file.
read_processes() {
    file=/srv/$site/releases/$1/processes
    : >"$work/processes"
    [ -e "$file" ] || return 0
    dd if="$file" of="$work/processes" iflag=nofollow,nonblock bs=65536 count=1 status=none 2>/dev/null ||
        refuse "$file: not an ordinary file"
    line='[a-z][a-z0-9-]{0,30} [1-9][0-9]? (many|single) ([1-9][0-9]{0,2}|notify|command)'
    if grep -qvxE "$line" "$work/processes"; then refuse "$file: a line is not a process"; fi
    # The site `shop` may not reach the units of a site `shop-api`.
    cut -d ' ' -f 1 "$work/processes" | while read -r name; do
        grep -qsxF "$site-$name@.service" "$listed" || refuse "$name: its unit is not installed"
    done
}

# line_of ID NAME
line_of() { grep "^$2 " "$work/processes" || refuse "release $1 has no process $2"; }

# units_of ID many|single
units_of() {
    while read -r name count kind ready; do
        [ "$kind" != "$2" ] || instances "$1" "$name" "$count"
    done <"$work/processes"
}

# instances ID NAME COUNT...
instances() {
    echo "$site-$2@$1.service"
    number=2 count=$(scaled "$1" "$2" "$3")
    while [ "$number" -le "$count" ]; do
        echo "$site-$2@$1.$number.service"
        number=$((number + 1))
    done
}

# scaled ID NAME COUNT: what processes-scale has set for this release, or COUNT
scaled() {
    set -- "$@" $(cat "$state/scale/$2" 2>/dev/null || true)
    if [ "${4-}" = "$1" ]; then echo "$5"; else echo "$3"; fi
}

# A deploy goes by deploy.yml.
forget_scale() {
    for name in $(cut -d ' ' -f 1 "$work/processes"); do
        if grep -qs "^$1 " "$state/scale/$name"; then rm -f "$state/scale/$name"; fi
    done
}

# patterns_of ID: all units of the release, those included that it has no more
patterns_of() {
    sed -n 's/@\.service$//p' "$listed" 2>/dev/null | while read -r name; do
        echo "$name@$1.service" "$name@$1.*.service"
    done
}

# running PATTERN...: the units that have not ended
running() {
    systemctl list-units --plain --no-legend --state=active,activating,reloading,deactivating "$@" | cut -d ' ' -f 1
}

# Of those units: which don't run at all, and which run and are not about to end.
at_rest() {
    look "$@"
    sed -n 's/ \(inactive\|failed\) .*//p' "$work/states"
}
at_work() {
    look "$@"
    sed -n '/^[^ ]* \(inactive\|failed\|deactivating\) /!s/ .*//p' "$work/states"
}

# Without a unit these do nothing; systemctl would take all of the host.
start_units() {
    [ $# -gt 0 ] || return 0
    forget_failures "$@"
    # Whether they start, await_ready sees.
    systemctl start --no-block "$@" || true
}

end_units() { [ $# = 0 ] || systemctl stop --no-block "$@"; }

# Waits for their ends.
stop_units() {
    [ $# -gt 0 ] || return 0
    systemctl stop "$@" || true
    report_killed "$@"
}

report_killed() {
    look "$@"
    while read -r unit state _ _ result _; do
        [ "$result" = timeout ] || continue
        journalctl --sync 2>/dev/null || true
        say "$(title "$unit") had not ended after its stop_timeout, and was killed." \
            "See stop_signal and stop_timeout in deploy.yml. Its journal ends:"
        indented journalctl -u "$unit" -n 12 --no-pager -q -o cat
    done <"$work/states"
    forget_failures "$@"
}

# They would count against the next try, and show as failed.
forget_failures() { [ $# = 0 ] || systemctl reset-failed "$@" 2>/dev/null || true; }
VERBS
