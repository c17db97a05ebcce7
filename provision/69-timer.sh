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
fi
exit "$status"
TIMER

# ExecStopPost= of the same service, run as root: systemd forgets at a boot how a run has ended.
put 0755 /usr/local/lib/understudy/timer-ended <<'ENDED' || true
#!/bin/sh
# timer-ended SITE NAME   records the end of a run in /var/lib/understudy/timers/SITE/NAME: one line,
#
#   RESULT STATUS ENDED FAILS_SINCE   systemd's words, as in `exit-code 1`, and seconds since the epoch;
#                                     FAILS_SINCE is 0 after a run that did not fail
set -eu
umask 022
directory=/var/lib/understudy/timers/$1 now=$(date +%s)
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
