step program that waits for the connections of an old release
# ExecStop= of a release's service, run as the app's user in the service's sandbox.
put 0755 /usr/local/lib/understudy/drain <<'DRAIN' || true
#!/bin/sh
# drain SITE ID SECONDS   waits until no connection to the release is open, so long at most
#
# Only while /run/SITE/ID.drain is there, which `understudy-site SITE drain ID` makes. New requests go to
# another release by then. Of those that are open some never end by themselves: WebSockets, streams.
# With /run/SITE/ID.cut, which `stop` makes, it waits no longer for these, but still for each connection that
# no worker has taken yet: a busy release has a queue of them, and gunicorn would drop it as it ends.
# After that time gunicorn ends. It closes WebSockets with 1012, so that clients connect again; what
# is still open after five more seconds is cut.
set -eu
socket=/run/$1/$2.sock mark=/run/$1/$2.drain cut=/run/$1/$2.cut

# By the states of linux/net.h: the listening socket is in 01, SS_UNCONNECTED, and connections that no worker
# has taken in 02, SS_CONNECTING.
is_open() {
    awaited='^0[^1]$'
    [ ! -d "$cut" ] || awaited='^02$'
    awk -v path="$socket" -v awaited="$awaited" '
        $8 == path && $6 ~ awaited { found = 1 }
        END { exit !found }' /proc/self/net/unix
}

# wait_until_closed SECONDS
wait_until_closed() {
    end=$(($(date +%s) + $1))
    while is_open; do
        [ "$(date +%s)" -le "$end" ] || return 1
        sleep 0.2
    done
}

[ -d "$mark" ] || exit 0
if ! wait_until_closed "$3" && kill -TERM "${MAINPID-}"; then
    # To the workers as well, which only gunicorn itself could find: /proc shows no process of another
    # namespace. uvicorn's end at once by this signal alone.
    wait_until_closed 5 || kill -INT "-$MAINPID" || true
fi
rmdir "$mark" 2>/dev/null || true
DRAIN
