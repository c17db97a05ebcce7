# The verb install of understudy-site.
put 0644 /usr/local/lib/understudy/site/install <<'VERBS' || true
# shellcheck shell=sh
. "$verbs/undo"
staged=/srv/$site/cache/files
checks=/usr/local/lib/understudy

# install_files ID SECONDS
install_files() {
    make_work
    take "$site.nginx"
    "$checks/check-nginx" "$site" "$work/$site.nginx" || refuse "nothing was installed"
    if grep -q "auth_basic_user_file .*/shared/htpasswd;" "$work/$site.nginx" && [ ! -s "/srv/$site/shared/htpasswd" ]; then
        refuse "no one has a password for basic_auth; nothing was installed. secrets set BASIC_AUTH_ANNA makes one for anna"
    fi
    if is_proxy; then
        # Not checked by root, who does not run it.
        take "$site.haproxy"
    else
        take "$site@.service"
        "$checks/check-unit" "$site" "$work/$site@.service" || refuse "nothing was installed"
        take_units
        verify_units "$1"
    fi

    # Not earlier: reading what the deployer staged can take as long as he likes, and the undo's timer
    # waits for the lock.
    lock
    before=$undo_dir
    # An undo restores what was confirmed last, not what an earlier install left unconfirmed.
    [ ! -d "$undo_dir" ] || before=$work/before
    save "$before"
    arm "$2"
    install_nginx
    if is_proxy; then install_haproxy; else install_units; fi
    reload_nginx
}

install_haproxy() {
    # Group 0 and no secrets: the deployer and the site's user read it.
    install -D -m 0644 "$work/$site.haproxy" "$haproxy_file"
    check_haproxy || {
        restore "$before"
        [ "$before" != "$undo_dir" ] || forget
        refuse "haproxy -c refuses the new configuration; the old one is restored"
    }
    reload_haproxy || {
        restore "$before"
        reload_haproxy || true
        [ "$before" != "$undo_dir" ] || forget
        refuse "HAProxy does not take the new configuration; the old one is restored: see journalctl -u $haproxy"
    }
}

take() {
    copy "$1"
    [ -s "$work/$1" ] || refuse "$staged/$1: not an ordinary file, or empty"
}

# copy FILE: what the deployer staged, so that the bytes that are checked are those that are installed.
# Follows no link and waits for no pipe.
copy() {
    dd if="$staged/$1" of="$work/$1" iflag=nofollow,nonblock,fullblock bs=65537 count=1 status=none ||
        refuse "$staged/$1: not an ordinary file"
    [ "$(wc -c <"$work/$1")" -le 65536 ] || refuse "$staged/$1: larger than 64 KiB"
}

install_nginx() {
    available=/etc/nginx/sites-available/$site
    install -m 0644 "$work/$site.nginx" "$available"
    ln -sfn "$available" "/etc/nginx/sites-enabled/$site"
    nginx -t -q || {
        # nginx keeps running with the configuration it has; the next boot must find that one too.
        restore "$before"
        [ "$before" != "$undo_dir" ] || forget
        refuse "nginx -t refuses the new configuration; the old one is restored"
    }
}

# systemd only passes a signal on. As long as nginx's old workers take requests, an answer may come from
# the old configuration, and a check of the new one would see it.
reload_nginx() {
    main=$(systemctl show -p MainPID --value nginx)
    worker=$(oldest_worker "$main")
    systemctl reload nginx
    tries=250
    while [ -n "$worker" ] && [ "$(oldest_worker "$main")" = "$worker" ]; do
        [ "$tries" -gt 0 ] || refuse "nginx still runs with its old configuration: see journalctl -u nginx"
        tries=$((tries - 1))
        sleep 0.02
    done
}

# Of those that take requests: nginx renames a worker that only finishes its own.
oldest_worker() { pgrep -o -x -f "nginx: worker process" -P "$1" || true; }
VERBS
