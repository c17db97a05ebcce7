step programs of timers
# ExecStart= of a timer's service, run as the app's user in the service's sandbox.
put 0755 /usr/local/lib/understudy/timer <<'TIMER' || true
#!/bin/sh
# timer SITE NAME SECONDS   runs this timer's command of the live release; ends it after SECONDS
# timer SITE NAME failed    runs what the live release has for this timer's failure
#
# Neither begins while a deploy migrates: it holds /srv/SITE/locks/migrating. That wait does not count.
set -eu
site=$1 name=$2 then=$3
migrating=/srv/$site/locks/migrating longest_wait=14400

if [ -e "$migrating" ]; then
    exec 9<"$migrating"
    if ! flock -s -n 9; then
        echo "$name waits: a deploy is at its release commands and migrations"
        flock -s -w "$longest_wait" 9 || {
            echo "$name has not run: $migrating was held for $longest_wait s" >&2
            exit 75
        }
    fi
    exec 9<&-
fi

# Looked up once: a switch meanwhile must not mix two releases.
release=$(readlink -e "/srv/$site/current") || {
    echo "$name has not run: no release of $site is live"
    exit 0
}
# A rollback may have gone to a release from before this timer.
if ! grep -qsxF "$name" "$release/timers"; then
    echo "$name has not run: the live release, ${release##*/}, has no such timer"
    exit 0
fi
[ "$then" != failed ] || exec "$release/process" "$name" failed

began=$(date +%s) status=0
timeout --kill-after=10 "$then" "$release/process" "$name" || status=$?
# The command itself may end with these as well.
if [ "$status" = 124 ] || [ "$status" = 137 ] && [ $(($(date +%s) - began)) -ge "$then" ]; then
    echo "$name had not ended after $then s and was killed: timers.$name.timeout in deploy.yml" >&2
    exit 124
fi

# others: what is left of it in the unit, which systemd is about to kill. In this shell: another would be listed.
look_for_others() {
    others=''
    group=$(sed -n 's/^0:://p' /proc/self/cgroup)
    for place in "" /unified; do
        file=/sys/fs/cgroup$place$group/cgroup.procs
        if [ -r "$file" ]; then list_others <"$file"; fi
    done
}

list_others() {
    while read -r process; do
        if [ "$process" != "$$" ] && read -r words <"/proc/$process/comm"; then others="$others $words ($process)"; fi
    done
}

# Only in a unit the others are its own.
if [ "$status" = 0 ] && [ -n "${INVOCATION_ID-}" ]; then
    tries=10
    while look_for_others 2>/dev/null && [ -n "$others" ] && [ "$tries" -gt 0 ]; do
        tries=$((tries - 1))
        sleep 0.2
    done
    if [ -n "$others" ]; then
        echo "$name has ended, but some of its processes have not, and are killed now:$others. Its command has to" \
            "wait for them: nothing may go to the background" >&2
        exit 1
    fi
fi
exit "$status"
TIMER

# ExecStopPost= of the same service, run as root: systemd forgets at a boot how a run has ended.
put 0755 /usr/local/lib/understudy/timer-ended <<'ENDED' || true
#!/bin/sh
# timer-ended SITE NAME   records the end of a run in /var/lib/understudy-timers/SITE/NAME: one line,
#
#   RESULT STATUS ENDED FAILS_SINCE   systemd's words, as in `exit-code 1`, and seconds since the epoch;
#                                     FAILS_SINCE is 0 after a run that did not fail
set -eu
umask 022
directory=/var/lib/understudy-timers/$1 now=$(date +%s)
result=${SERVICE_RESULT:-unknown} status=${EXIT_STATUS:-0}
since=0
if [ "$result" != success ]; then
    since=$now
    before=0
    [ ! -r "$directory/$2" ] || read -r _ _ _ before <"$directory/$2" || true
    [ "$before" = 0 ] || since=$before
fi
mkdir -p "$directory"
echo "$result $status $now $since" >"$directory/.$2.new"
mv -T "$directory/.$2.new" "$directory/$2"
ENDED
