# What the verbs of understudy-site do to see processes become ready.
put 0644 /usr/local/lib/understudy/site/ready <<'VERBS' || true
# shellcheck shell=sh

# await_ready UNIT...: fails at the first that ends, or if one is not ready in time. Then explain says why.
await_ready() {
    read_limits "$@"
    began=$(now) up_since=''
    while :; do
        look "$@"
        if failed=$(first_ended); then
            why=$(why_ended "$failed")
            return 1
        fi
        late=$(first_late)
        if [ -n "$late" ]; then up_since=''; else up_since=${up_since:-$(now)}; fi
        if [ -z "$late" ] && [ $(($(now) - up_since)) -ge $((longest * 1000)) ] && commands_succeed; then return 0; fi
        # systemd itself ends the start of one that does not notify it, and is the first to.
        if [ $(($(now) - began)) -gt $(((limit + longest + 3) * 1000)) ]; then
            failed=${late:-$unasked}
            why=$(why_late "$failed")
            return 1
        fi
        sleep 0.2
    done
}

# In milliseconds.
now() { date +%s%3N; }

# Of todo-worker@ID.2.service: worker, ID.
process_of() {
    part=${1%%@*}
    echo "${part#"$site-"}"
}

release_of() {
    part=${1#*@}
    part=${part%.service}
    echo "${part%%.*}"
}

# "worker of release ID", "worker 2 of release ID"
title() {
    number=${1#*@"$(release_of "$1")"} number=${number%.service}
    echo "$(process_of "$1")${number:+ ${number#.}} of release $(release_of "$1")"
}

# read_limits UNIT...: `longest` is what they have to run for, `limit` the time until all do, in seconds. Lines
# of $work/asked name those that a command finds ready.
read_limits() {
    longest=0 limit=90 unasked=''
    : >"$work/asked"
    for unit; do
        process=$(process_of "$unit")
        limit=$(sed -n 's/^TimeoutStartSec=\([0-9]*\)$/\1/p' "$systemd/$site-$process@.service")
        ready=$(sed -n "s/^$process .* //p" "$work/processes")
        case $ready in
        '' | notify) ;;
        command) echo "$process $unit" >>"$work/asked" ;;
        *) [ "$ready" -le "$longest" ] || longest=$ready ;;
        esac
    done
    # Once for all of a kind.
    sort -u -k 1,1 -o "$work/asked" "$work/asked"
    limit=${limit:-90}
}

# look UNIT...: lines of UNIT STATE RESTARTS PID RESULT CODE STATUS in $work/states. CODE: 1 for an exit with
# that status, 2 and 3 for a signal of that number.
look() {
    : >"$work/states"
    [ $# -gt 0 ] || return 0
    systemctl show -p Id -p ActiveState -p SubState -p NRestarts -p MainPID -p Result -p ExecMainCode \
        -p ExecMainStatus -p Job "$@" | awk -F = '
        function print_unit() {
            if (!("Id" in is)) return
            state = is["SubState"] == "auto-restart" ? "ended" : is["ActiveState"]
            if (state == "inactive" && is["Job"] > 0) state = "queued"
            print is["Id"], state, is["NRestarts"], is["MainPID"], is["Result"], is["ExecMainCode"], is["ExecMainStatus"]
            delete is
        }
        /=/ { is[$1] = $2; next }
        { print_unit() }
        END { print_unit() }' >"$work/states"
}

# state_of UNIT: sets state, restarts, pid, result, code, status.
state_of() {
    read -r _ state restarts pid result code status <<END
$(grep -F "$1 " "$work/states")
END
}

first_ended() {
    found=$(sed -n '/^[^ ]* \(ended\|failed\|inactive\) /p; /^[^ ]* [a-z]* [1-9]/p' "$work/states" | head -n 1)
    echo "${found%% *}"
    [ -n "$found" ]
}

# The first that does not run yet. A `single` one waits in flock until no other has its lock.
first_late() {
    while read -r unit state _ pid _; do
        if [ "$state" != active ] || is_locked_out "$pid"; then
            echo "$unit"
            return
        fi
    done <"$work/states"
}

is_locked_out() { grep -qsx flock "/proc/$1/comm"; }

# The commands that have succeeded are asked no more. Sets unasked to the first other unit.
commands_succeed() {
    while read -r process unit; do
        unasked=$unit
        succeeds "$process" "$unit" || { sleep 1; return 1; }
        sed -i 1d "$work/asked"
    done <"$work/asked"
}

# As the app's user alone, with nothing of root's but what it prints.
succeeds() {
    left=$((limit + longest - ($(now) - began) / 1000))
    (
        trap - HUP INT PIPE
        exec 8>&- 9>&-
        exec timeout --kill-after=5 "$((left > 1 ? left : 1))" \
            setpriv --reuid="$site" --regid="$site" --init-groups --reset-env --no-new-privs --inh-caps=-all \
            "/srv/$site/releases/$(release_of "$2")/process" "$1" ready
    ) </dev/null >"$work/said" 2>&1
}

# Last of all: it takes a while.
explain() {
    journalctl --sync 2>/dev/null || true
    say "$(title "$failed"): $why"
    say "the last lines of the journal of $failed:"
    indented journal
    case $why in *"exit status 0") advise ;; esac
}

# indented COMMAND...
indented() { "$@" </dev/null | tail -n 20 | sed 's/^/    /' 2>/dev/null || true; }

advise() {
    if journal | grep -q "Killing process .* with signal SIGKILL"; then
        say "It left others behind: it has to stay in the foreground, without an option such as --detach."
    else
        say "It has to run until it is stopped: what ends by itself can be a timer."
    fi
}

journal() {
    since=$(printf '@%d.%03d' $((began / 1000)) $((began % 1000)))
    journalctl -u "$failed" --since "$since" -n 100 --no-pager -q -o cat
}

why_ended() {
    state_of "$1"
    case $state:$result:$code:$status in
    inactive:*) echo "it does not run: it was stopped, or systemd could not start it" ;;
    *:oom-kill:*) echo "it was killed because it took more memory than it may: memory_max in deploy.yml" ;;
    *:timeout:*) echo "it has not notified systemd within $limit s: ready and app.start_timeout in deploy.yml" ;;
    *:protocol:*) echo "it ended before it had notified systemd" ;;
    *:0:*) echo "it ended and was restarted" ;;
    *:1:126) echo "exit status 126: a command can't be executed" ;;
    *:1:127) echo "exit status 127: a command was not found. Is it in the release's environment?" ;;
    *:1:2??) echo "exit status $status, one of systemd's own: it could not set the process up" ;;
    *:1:*) echo "it ended by itself with exit status $status" ;;
    *) echo "it was ended by signal $status" ;;
    esac
}

why_late() {
    state_of "$1"
    if [ "$state" != active ]; then
        echo "it does not run after $((limit + longest)) s, but is $state: see app.start_timeout in deploy.yml"
    elif is_locked_out "$pid"; then
        echo "it waited $limit s for the lock /srv/$site/locks/$(process_of "$1"), which another process has: $(holders "$1")"
    else
        echo "its command for ready has not succeeded within $limit s, and has printed: $(tail -n 5 "$work/said")"
    fi
}

# Its number and command.
holders() {
    lock=/srv/$site/locks/$(process_of "$1")
    find /proc -maxdepth 3 -path "/proc/[0-9]*/fd/*" -lname "$lock" 2>/dev/null | cut -d / -f 3 | sort -u |
        while read -r holder; do
            if is_locked_out "$holder"; then continue; fi
            echo "$holder ($(tr '\0' ' ' <"/proc/$holder/cmdline" | head -c 80))"
        done | head -n 1
}
VERBS
