# The verb log of understudy-site.
put 0644 /usr/local/lib/understudy/site/log <<'VERBS' || true
# shellcheck shell=sh

# The host's own time and login come before the object and not in it: no text of the object can pass
# for them.
write_log() {
    newline='
'
    # The dot protects line ends at the end, which the shell would cut off.
    entry=$(head -c 4001; echo .)
    entry=${entry%.}
    entry=${entry%"$newline"}
    [ "${#entry}" -lt 4000 ] || refuse "not logged: the entry is longer than 4000 bytes"
    case $entry in '{'*'}') ;; *) refuse "not logged: the entry is not an object" ;; esac
    case $entry in *[[:cntrl:]]*) refuse "not logged: the entry has control characters" ;; esac
    log=/var/log/understudy/$site.log
    [ ! -L "$log" ] || refuse "not logged: $log is a link"
    lock
    umask 022
    printf '%s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "${SUDO_USER:-root}" "$entry" >>"$log"
    sync "$log"
}
VERBS
