step program that starts a process of a release
# ExecStart= of its unit, run as the app's user in the unit's sandbox.
put 0755 /usr/local/lib/understudy/process <<'PROCESS' || true
#!/bin/sh
# process SITE NAME INSTANCE many|single   becomes that process of a release
#
# INSTANCE: the release's id; with .2, .3 and so on for more of them. Of a `single` one the kernel lets no two
# run, not even of two releases: it has a lock open until it and the last of its children have ended. The next
# one waits here for that.
set -eu
program=/srv/$1/releases/${3%%.*}/process
[ "$4" = many ] || exec flock --no-fork "/srv/$1/locks/$2" "$program" "$2"
exec "$program" "$2"
PROCESS
