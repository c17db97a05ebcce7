step program that deploys run as root
# The verbs that a deploy needs root for, and no others: a fixed list, each argument checked here. What
# a verb does is in 70-site-*.sh, which are installed before this program reads them.
put 0755 /usr/local/sbin/understudy-site <<'SITE' || true
#!/bin/sh
# understudy-site SITE install ID [SECONDS]  install the files staged in /srv/SITE/cache/files, with the
#                                units that SITE.units lists there, and restore the old ones after
#                                SECONDS (120) without a confirm
# understudy-site SITE confirm   let the installed files stay
# understudy-site SITE undo      restore the old files now, if the installed ones are not confirmed yet
# understudy-site SITE warm ID   begin to start one release's service; it loads nothing of the app
#                                before /run/SITE/ID.hold is gone, or the deploy
# understudy-site SITE start ID  start one release's service, or let a warm one continue
# understudy-site SITE stop ID   let it finish the requests it has, and end
# understudy-site SITE drain ID  the same, without waiting for it, once its open connections have had
#                                their time: see /usr/local/lib/understudy/drain
# understudy-site SITE timer-run NAME    run a timer's command now, print its output, end with its exit code
# understudy-site SITE processes-start ID      start what the release runs besides the web process and may
#                                run twice, and wait until all of it is ready; else stop it and say why
# understudy-site SITE processes-hand-over ID  the same for each `single` process, after that of any other
#                                release has ended; if it is not ready, that other one starts again
# understudy-site SITE processes-check ID      say which of a release's has ended or restarted by itself, if one has
# understudy-site SITE processes-end ID        signal all of a release's to end, and return at once
# understudy-site SITE processes-stop ID       the same, and wait until they have ended
# understudy-site SITE processes-restart ID NAME       restart that one, and wait until it is ready
# understudy-site SITE processes-scale ID NAME COUNT   run so many of it, until the next deploy
# understudy-site SITE timers-stop       stop its timers, and end their runs
# understudy-site SITE timers-start      start those that are stopped
# understudy-site SITE secret-set NAME   store a secret for the app; its value is standard input. One named
#                                BASIC_AUTH_… is for nginx alone, ACME_DNS_… for certbot, RESTIC_… for backups
# understudy-site SITE secret-rm NAME    remove it
# understudy-site SITE secret-list       print the names of all secrets
# understudy-site SITE certificate DIRECTORY TERMS EMAIL [CHALLENGE] NAME...   get a certificate for those
#                                names from the issuer with that ACME directory, self-signed until then. TERMS:
#                                agreed or -. EMAIL: of the account, or -. CHALLENGE: dns:PLUGIN or
#                                dns:PLUGIN:SECONDS, by that plugin of certbot. Standard input: the issuer's
#                                own CA, if it has one
# understudy-site SITE certificate-take  install the certificate that certbot has for the site
#                                (called by certbot's hook)
# understudy-site SITE renew     renew it now, as certbot's timer will
# understudy-site SITE off-host-run      make a backup in the repository that is elsewhere, and print its steps
# understudy-site SITE off-host-list     print the backups of that repository
# understudy-site SITE off-host-look     print how many it has, and the newest one's name
# understudy-site SITE off-host-fetch NAME     get that one: it becomes a backup of this host
# understudy-site SITE log       append standard input, one object of JSON, to the site's log
# understudy-site SITE outgoing-off      block connections from this host to any other, except for
#                                names, time and its own address, so that it sends no mail
# understudy-site SITE boot      undo unconfirmed files, and start the live release with its processes
#                                (called by SITE.service)
#
# The deployer calls it through sudo. He decides which code runs as the app's user, but gets no other
# user's rights: files go to fixed places, and hold only what check-nginx and check-unit list.
set -eu
# Text is handled as bytes, and other users can read none of the files made here unless a verb says so.
export LC_ALL=C
umask 077
site=$1 verb=$2
case $site in *[!a-z0-9-]* | '' | -*) echo "understudy-site: bad site name" >&2; exit 2 ;; esac
state=/var/lib/understudy/$site
# Sourced and not executed: a new process costs a slow host more than the verb.
verbs=/usr/local/lib/understudy/site

refuse() { echo "understudy-site: $*" >&2; exit 1; }

# Held until the program ends: of two that change a file at once, one would lose the other's change.
lock() {
    exec 9>>"$state/lock"
    flock 9
}

make_work() {
    work=$(mktemp -d "$state/work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
}

# enter DIRECTORY: one of root's below /srv/SITE. The deployer owns that: he could replace it with one of his
# own, or with a link to another of root's. Once it is the working directory it can't be exchanged any more.
enter() {
    cd -P "/srv/$site/$1"
    if [ "$(pwd -P)" != "$(readlink -f "/srv/$site")/$1" ] || [ "$(stat -c '%u %a' .)" != "$(id -u) 755" ]; then
        refuse "/srv/$site/$1 is not the directory that provisioning made"
    fi
}

release_id() {
    case $1 in *[!a-z0-9-]* | '' | -*) refuse "bad release id" ;; esac
    echo "$1"
}

secret_name() {
    case $1 in [!A-Z_]* | *[!A-Z0-9_]* | '') refuse "bad name of a secret: A-Z, 0-9 and _ only" ;; esac
    echo "$1"
}

backup_name() {
    case $1 in [0-9]*Z-*) ;; *) refuse "bad name of a backup" ;; esac
    case $1 in *[!0-9A-Za-z-]*) refuse "bad name of a backup" ;; esac
    echo "$1"
}

process_name() {
    case $1 in *[!a-z0-9-]* | '' | -*) refuse "bad name of a process or timer" ;; esac
    echo "$1"
}

acme_directory() {
    case $1 in https://*) ;; *) refuse "bad URL of an ACME directory" ;; esac
    case $1 in *[!A-Za-z0-9:/._~-]* | */../*) refuse "bad URL of an ACME directory" ;; esac
    echo "$1"
}

email() {
    case $1 in - | [A-Za-z0-9]*@[A-Za-z0-9]*) ;; *) refuse "bad e-mail address" ;; esac
    case $1 in *[!A-Za-z0-9._%+@-]*) refuse "bad e-mail address" ;; esac
    echo "$1"
}

terms() {
    case $1 in agreed | -) echo "$1" ;; *) refuse "terms: agreed or -" ;; esac
}

challenge() {
    case ${1#dns:} in
    *[!a-z0-9:]* | *:*:* | :* | *: | '') refuse "bad challenge: dns:PLUGIN or dns:PLUGIN:SECONDS" ;;
    *:*[!0-9]* | *:?????*) refuse "bad number of seconds" ;;
    esac
    echo "$1"
}

# With a wildcard only where the challenge is DNS.
host_names() {
    by=
    case $1 in
    dns:*)
        by=$(challenge "$1")
        shift
        [ $# -gt 0 ] || refuse "too few arguments"
        ;;
    esac
    [ $# -le 100 ] || refuse "too many names"
    for name; do
        if [ -n "$by" ]; then name=${name#\*.}; fi
        case $name in *[!a-z0-9.-]* | '' | [.-]* | *[.-] | *..*) refuse "bad name of a host" ;; esac
    done
}

process_count() {
    case $1 in *[!0-9]* | '' | 0* | ???*) refuse "bad number of processes" ;; esac
    [ "$1" -le 64 ] || refuse "processes: 1 to 64"
    echo "$1"
}

seconds() {
    case $1 in *[!0-9]* | '' | ????*) refuse "bad number of seconds" ;; esac
    if [ "$1" -lt 10 ] || [ "$1" -gt 600 ]; then refuse "seconds: 10 to 600"; fi
    echo "$1"
}

case $verb in
certificate) most=106 ;;
processes-scale) most=5 ;;
install | processes-restart) most=4 ;;
processes-*) most=3 ;;
warm | start | stop | drain | timer-run | secret-set | secret-rm | off-host-fetch) most=3 ;;
*) most=2 ;;
esac
[ $# -le $most ] || refuse "too many arguments"

# Checked words go through a variable: in the middle of a command, a refusal would not end the program.
case $verb in
install)
    id=$(release_id "$3")
    delay=$(seconds "${4-120}")
    . "$verbs/install"
    install_files "$id" "$delay"
    ;;
certificate)
    [ $# -ge 6 ] || refuse "too few arguments"
    directory=$(acme_directory "$3")
    agreed=$(terms "$4")
    account=$(email "$5")
    shift 5
    host_names "$@"
    . "$verbs/certificate"
    obtain "$directory" "$agreed" "$account" "$@"
    ;;
certificate-take)
    . "$verbs/certificate"
    take_certificate
    ;;
renew)
    . "$verbs/certificate"
    renew
    ;;
confirm | undo)
    . "$verbs/undo"
    "$verb"
    ;;
warm | start | stop | drain)
    id=$(release_id "$3")
    . "$verbs/release"
    "$verb" "$id"
    ;;
boot)
    . "$verbs/release"
    boot
    ;;
processes-start | processes-hand-over | processes-check | processes-end | processes-stop)
    id=$(release_id "$3")
    . "$verbs/processes"
    case $verb in
    processes-start) processes_start "$id" ;;
    processes-hand-over) processes_hand_over "$id" ;;
    processes-check) processes_check "$id" ;;
    processes-end) processes_end "$id" ;;
    processes-stop) processes_stop "$id" ;;
    esac
    ;;
processes-restart)
    id=$(release_id "$3")
    name=$(process_name "$4")
    . "$verbs/processes"
    processes_restart "$id" "$name"
    ;;
processes-scale)
    id=$(release_id "$3")
    name=$(process_name "$4")
    count=$(process_count "$5")
    . "$verbs/processes"
    processes_scale "$id" "$name" "$count"
    ;;
timer-run)
    name=$(process_name "$3")
    . "$verbs/timers"
    run_timer "$name"
    ;;
timers-stop | timers-start)
    . "$verbs/timers"
    "${verb#timers-}_timers"
    ;;
secret-set | secret-rm)
    name=$(secret_name "$3")
    . "$verbs/secrets"
    if [ "$verb" = secret-set ]; then set_secret "$name"; else remove_secret "$name"; fi
    ;;
secret-list)
    . "$verbs/secrets"
    list_secrets
    ;;
off-host-run)
    . "$verbs/timers"
    run_off_host
    ;;
off-host-list | off-host-look | off-host-fetch)
    name=
    if [ "$verb" = off-host-fetch ]; then name=$(backup_name "$3"); fi
    [ -e "/etc/understudy/$site.off-host" ] || refuse "$site has no \`backups\` in deploy.yml"
    exec /usr/local/lib/understudy/off-host "$site" "${verb#off-host-}" "$name"
    ;;
log)
    . "$verbs/log"
    write_log
    ;;
outgoing-off)
    . "$verbs/outgoing"
    outgoing_off
    ;;
*) refuse "no such verb: $verb" ;;
esac
SITE
