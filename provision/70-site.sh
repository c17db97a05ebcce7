step program of the deployer
# What a deploy needs root for, and nothing else: a fixed list, each argument checked here.
put 0755 /usr/local/sbin/understudy-site <<'SITE' || true
#!/bin/sh
# understudy-site SITE install ID [SECONDS]  put the files staged in /srv/SITE/cache/files into
#                                place, and back after SECONDS (120) if nobody confirms
# understudy-site SITE confirm   what was installed may stay
# understudy-site SITE undo      put back what was there before, if it's not confirmed yet
# understudy-site SITE warm ID   begin to start a release's service; it stops short of loading the
#                                app's own code until /run/SITE/ID.hold is gone, or the deploy
# understudy-site SITE start ID  start one release's service, or let a warm one go on
# understudy-site SITE stop ID   let it finish the requests it has, and end
# understudy-site SITE drain ID  the same, and don't wait for it
# understudy-site SITE secret-set NAME   keep a secret for the app; its value is standard input
# understudy-site SITE secret-rm NAME    remove it
# understudy-site SITE secret-list       print the names of all
# understudy-site SITE log       append standard input, one object of JSON, to the site's log
# understudy-site SITE outgoing-off      the host makes no connection to anywhere but itself any more,
#                                but for names, time and its address: nobody is sent any mail
# understudy-site SITE boot      undo what nobody confirmed, and start the release that serves
#                                (called by SITE.service)
#
# Called through sudo by the user who deploys. That user decides which code runs as the app's
# user, but gets no other user's rights: files go to fixed places, and hold only what check-nginx
# and check-unit list.
set -eu
# Bytes are bytes, and nothing made here is anybody else's to read unless it's said.
export LC_ALL=C
umask 077
site=$1 verb=$2
case $site in *[!a-z0-9-]* | '' | -*) echo "understudy-site: bad site name" >&2; exit 2 ;; esac
staged=/srv/$site/cache/files
state=/var/lib/understudy/$site
undo=$state/undo
checks=/usr/local/lib/understudy
timer=understudy-undo-$site

refuse() { echo "understudy-site: $*" >&2; exit 1; }

# Held until the end: of two that change a file at once, one would lose what the other did.
lock() {
    exec 9>>"$state/lock"
    flock 9
}

make_work() {
    work=$(mktemp -d "$state/work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
}

# take FILE: copies what the deployer staged: what is checked must be what is installed. A link is not
# followed, a pipe not waited for.
take() {
    dd if="$staged/$1" of="$work/$1" iflag=nofollow,nonblock,fullblock bs=65537 count=1 status=none ||
        refuse "$staged/$1: no ordinary file"
    [ -s "$work/$1" ] || refuse "$staged/$1: no ordinary file, or an empty one"
    [ "$(wc -c <"$work/$1")" -le 65536 ] || refuse "$staged/$1: larger than 64 KiB"
}

install_files() {
    make_work
    take "$site.nginx"
    take "$site@.service"
    "$checks/check-nginx" "$site" "$work/$site.nginx" || refuse "nothing was installed"
    "$checks/check-unit" "$site" "$work/$site@.service" || refuse "nothing was installed"
    # Checked as the instance that is about to start, for its programs must exist.
    ln -s "$site@.service" "$work/$site@$1.service"
    systemd-analyze verify --man=no --recursive-errors=no "$work/$site@$1.service" ||
        refuse "systemd-analyze verify says no"

    # Only now: reading what the deployer staged can take as long as he likes, and the timer waits.
    lock
    before=$undo
    # What an earlier install put there, which nobody has confirmed, is not what is undone to.
    [ ! -d "$undo" ] || before=$work/before
    save "$before"
    arm "$2"

    available=/etc/nginx/sites-available/$site
    install -m 0644 "$work/$site.nginx" "$available"
    ln -sfn "$available" "/etc/nginx/sites-enabled/$site"
    if ! nginx -t -q; then
        # nginx keeps running on what it has; the next boot must find that too.
        put_back "$before"
        [ "$before" != "$undo" ] || forget
        refuse "nginx -t says no; its configuration is as before"
    fi
    unit=/etc/systemd/system/$site@.service
    install -m 0644 "$work/$site@.service" "$unit"
    # It costs more than all the rest. A new file systemd finds by itself.
    if [ -e "$before$unit" ] && ! cmp -s "$before$unit" "$unit"; then systemctl daemon-reload; fi
    reload_nginx
}

# systemd only hands a signal on. As long as nginx's workers of before take requests, it may answer by
# its old files, and whoever looks at the new ones would see those.
reload_nginx() {
    main=$(systemctl show -p MainPID --value nginx)
    worker=$(oldest_worker "$main")
    systemctl reload nginx
    tries=50
    while [ -n "$worker" ] && [ "$(oldest_worker "$main")" = "$worker" ]; do
        [ "$tries" -gt 0 ] || refuse "nginx goes on with its old files: see journalctl -u nginx"
        tries=$((tries - 1))
        sleep 0.1
    done
}

# Of those that take requests; one that only finishes its own is called otherwise.
oldest_worker() { pgrep -o -x -f "nginx: worker process" -P "$1" || true; }

# All that an install changes.
places="/etc/nginx/sites-available/$site /etc/nginx/sites-enabled/$site \
/etc/systemd/system/$site@.service"

# save DIRECTORY: keeps what is in those places. What DIRECTORY lacks then was not there, so it has
# to be there whole or not at all, also after a power failure.
save() {
    rm -rf "$1.new"
    mkdir "$1.new"
    for place in $places; do
        mkdir -p "$1.new$(dirname "$place")"
        if [ -e "$place" ] || [ -L "$place" ]; then cp -a "$place" "$1.new$place"; fi
    done
    find "$1.new" -type f -exec sync {} +
    mv -T "$1.new" "$1"
    sync "$(dirname "$1")"
}

# put_back DIRECTORY: the opposite of save.
put_back() {
    for place in $places; do
        rm -f "$place"
        if [ -e "$1$place" ] || [ -L "$1$place" ]; then cp -a "$1$place" "$place"; fi
    done
}

# arm SECONDS: without a confirm until then, `undo` is called.
arm() {
    disarm
    # systemd takes a moment to forget a timer, and refuses another one of that name until then.
    for _ in 1 2 3 4 5; do
        if systemd-run --quiet --collect --unit="$timer" --on-active="$1" \
            --timer-property=AccuracySec=1s /usr/local/sbin/understudy-site "$site" undo; then
            return
        fi
        sleep 0.2
    done
    # Nothing has changed yet, but an earlier install may have: without a timer that can't stay.
    put_back_all
    refuse "systemd-run says no; what nobody has confirmed is undone"
}

# The service too: an undo that waits for the lock comes too late.
disarm() { systemctl stop "$timer.timer" "$timer.service" 2>/dev/null || true; }

# First what is in place now goes to the disk: without what was saved, a power failure could leave
# nginx and systemd with empty files. Renamed: half of what was saved would be put back as if it were all.
drop() {
    sync -f /etc/nginx /etc/systemd
    rm -rf "$undo.old"
    mv -T "$undo" "$undo.old"
    rm -rf "$undo.old"
}

forget() {
    disarm
    drop
}

put_back_all() {
    put_back "$undo"
    systemctl daemon-reload
    nginx -t -q || refuse "the files are put back as they were, but nginx -t says no"
    # It may have died of what was installed, or not have come up with it after a boot.
    systemctl reload-or-restart nginx
    drop
}

undo() {
    lock
    [ -d "$undo" ] || return 0
    # Not the timer's service: this may be it.
    systemctl stop "$timer.timer" 2>/dev/null || true
    put_back_all
}

confirm() {
    lock
    [ -d "$undo" ] || return 0
    forget
}

boot() {
    # The timer is gone with the last boot. That the undo fails must not keep the site down.
    if [ -d "$undo" ]; then "$0" "$site" undo || true; fi
    [ -L "/srv/$site/current" ] || return 0
    id=$(release_id "$(basename "$(readlink "/srv/$site/current")")")
    systemctl start --no-block "$site@$id.service"
}

# The deployer owns /srv/SITE: he could put a directory of his own, or a link to root's, in place of
# this one. Once it's the working directory it can't be exchanged any more.
enter_shared() {
    cd -P "/srv/$site/shared"
    if [ "$(pwd -P)" != "$(readlink -f "/srv/$site")/shared" ] ||
        [ "$(stat -c '%u %a' .)" != "$(id -u) 755" ]; then
        refuse "/srv/$site/shared is not the directory that provisioning made"
    fi
    [ -f env ] || refuse "/srv/$site/shared/env is missing; provision this host again"
}

# check_value FILE: what sh and systemd both read back as it is. systemd drops what has other control
# characters or is no UTF-8.
check_value() {
    [ "$(tr -d '\t\n\040-\176\200-\377' <"$1" | wc -c)" = 0 ] || refuse "the value has control characters"
    lines=$(wc -l <"$1")
    bytes=$(($(wc -c <"$1") - lines))
    if [ "$lines" -gt 1 ] || { [ "$lines" = 1 ] && [ -n "$(tail -c 1 "$1")" ]; }; then
        refuse "the value is more than one line"
    fi
    [ "$bytes" -gt 0 ] || refuse "there is no value on standard input"
    [ "$bytes" -le 32768 ] || refuse "the value is longer than 32 KiB"
    iconv -f UTF-8 -t UTF-8 "$1" >/dev/null 2>&1 || refuse "the value is no UTF-8"
}

# The value goes from file to file, never through a command line or an environment: others see those.
set_secret() {
    make_work
    head -c 32770 >"$work/given"
    check_value "$work/given"
    {
        printf '%s="' "$1"
        # As quote_shell() in understudy/release/render.py.
        tr -d '\n' <"$work/given" | sed 's/[\\"$`]/\\&/g'
        printf '"\n'
    } >"$work/line"
    enter_shared
    lock
    replace_line "$1" "$work/line"
}

remove_secret() {
    [ "$1" != SECRET_KEY ] || refuse "SECRET_KEY can only be set anew: the app needs one"
    enter_shared
    lock
    grep -aq "^$1=" env || refuse "there is no secret $1"
    replace_line "$1" /dev/null
}

# replace_line NAME FILE: one rename, so that nobody ever reads half of the secrets.
replace_line() {
    rm -f .env.* # of one that was killed
    new=$(mktemp .env.XXXXXX)
    # grep's 1: no other line is left. Anything else would lose secrets.
    grep -av "^$1=" env >"$new" || [ $? = 1 ]
    cat "$2" >>"$new"
    chown "root:$site" "$new"
    chmod 640 "$new"
    sync "$new"
    mv -f "$new" env
    sync .
}

list_secrets() {
    enter_shared
    sed -n 's/^\([A-Z_][A-Z0-9_]*\)=.*/\1/p' env | sort -u
}

# What the host knows stands in front of the object and not in it: no text in there can pass for it.
write_log() {
    newline='
'
    # The dot keeps line ends at the end, which the shell would cut off.
    entry=$(head -c 4001; echo .)
    entry=${entry%.}
    entry=${entry%"$newline"}
    [ "${#entry}" -lt 4000 ] || refuse "not logged: it is longer than 4000 bytes"
    case $entry in '{'*'}') ;; *) refuse "not logged: it is no object" ;; esac
    case $entry in *[[:cntrl:]]*) refuse "not logged: it has control characters" ;; esac
    log=/var/log/understudy/$site.log
    [ ! -L "$log" ] || refuse "not logged: $log is a link"
    lock
    umask 022
    printf '%s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "${SUDO_USER:-root}" "$entry" >>"$log"
    sync "$log"
}

# Whoever wants to connect, for a mail server has a user of its own. Answers to those who come in
# still go out; a connection that was made from here before ends, for it may be to a mail server. A
# table and a file of its own: what provisioning sets up is not touched.
outgoing_off() {
    lock
    rules=/etc/nftables.d/understudy-outgoing.nft
    make_work
    cat >"$work/rules" <<'NFT'
table inet understudy_outgoing
delete table inet understudy_outgoing
table inet understudy_outgoing {
    chain output {
        type filter hook output priority filter; policy accept;
        oif lo accept
        ct direction reply accept
        meta l4proto { icmp, ipv6-icmp } accept
        udp dport { 53, 67, 123, 547 } accept
        tcp dport 53 accept
        reject
    }
}
NFT
    # At the next boot they are read from here.
    install -m 0644 "$work/rules" "$rules"
    sync "$rules"
    nft --file "$rules"
}

start_service() {
    # An earlier failure must not count against this try.
    systemctl reset-failed "$site@$1.service" 2>/dev/null || true
    systemctl start ${2+"$2"} "$site@$1.service"
}

release_id() {
    case $1 in *[!a-z0-9-]* | '' | -*) refuse "bad release id" ;; esac
    echo "$1"
}

secret_name() {
    case $1 in [!A-Z_]* | *[!A-Z0-9_]* | '') refuse "bad name of a secret: A-Z, 0-9 and _ only" ;; esac
    echo "$1"
}

seconds() {
    case $1 in *[!0-9]* | '' | ????*) refuse "bad number of seconds" ;; esac
    if [ "$1" -lt 10 ] || [ "$1" -gt 600 ]; then refuse "seconds: 10 to 600"; fi
    echo "$1"
}

case $verb in
install) most=4 ;;
warm | start | stop | drain | secret-set | secret-rm) most=3 ;;
*) most=2 ;;
esac
[ $# -le $most ] || refuse "too many arguments"

# Checked words go through a variable: as part of a command, a refusal would not end the script.
case $verb in
install)
    id=$(release_id "$3")
    delay=$(seconds "${4-120}")
    install_files "$id" "$delay"
    ;;
confirm) confirm ;;
undo) undo ;;
warm)
    id=$(release_id "$3")
    # A directory, for /run/SITE is the app's: a link of that name would not be followed.
    rm -rf "/run/$site/$id.hold"
    mkdir "/run/$site/$id.hold"
    start_service "$id" --no-block
    ;;
start)
    id=$(release_id "$3")
    rm -rf "/run/$site/$id.hold"
    start_service "$id"
    ;;
stop)
    id=$(release_id "$3")
    systemctl stop "$site@$id.service"
    ;;
drain)
    id=$(release_id "$3")
    systemctl stop --no-block "$site@$id.service"
    ;;
secret-set)
    name=$(secret_name "$3")
    set_secret "$name"
    ;;
secret-rm)
    name=$(secret_name "$3")
    remove_secret "$name"
    ;;
secret-list) list_secrets ;;
log) write_log ;;
outgoing-off) outgoing_off ;;
boot) boot ;;
*) refuse "no such verb: $verb" ;;
esac
SITE
