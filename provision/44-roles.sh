# Of several hosts of one site the one with its database lets the others in, and only those; so does a web host with
# the proxies in front of it.
step roles
# note_role NAME ADDRESSES: in a file of the site, one a line.
note_role() {
    noted=/etc/understudy/$SITE.$1
    if [ -n "$2" ]; then
        echo "$2" | tr , '\n' | put 0644 "$noted" || true
    elif exists "$noted"; then
        keep "$noted"
        act rm "$noted"
    fi
}
# Of each site that has its database here for other hosts: this host's address for them, then theirs.
note_role database-for "${DATABASE_FOR:+$DATABASE_AT,$DATABASE_FOR}"
# Of each site that has visitors only through proxies: theirs.
note_role web-for "$WEB_FOR"
# Where no visitor comes, a boot starts no web process.
no_web=/etc/understudy/$SITE.no-web
if [ "$WEB" = off ]; then
    : | put 0644 "$no_web" || true
elif exists "$no_web"; then
    act rm "$no_web"
fi
# database_addresses: of this host, for others. database_clients: theirs. Of all sites here.
database_addresses() {
    for file in /etc/understudy/*.database-for; do if [ -e "$file" ]; then head -n 1 "$file"; fi; done | sort -u
}
database_clients() {
    for file in /etc/understudy/*.database-for; do if [ -e "$file" ]; then tail -n +2 "$file"; fi; done | sort -u
}
# Of all sites here, for whom the ports of the web are closed otherwise.
web_proxies() {
    for file in /etc/understudy/*.web-for; do if [ -e "$file" ]; then cat "$file"; fi; done | sort -u
}
# How the app's user logs in to a database elsewhere; `deploy.py provision` brings it.
if [ -z "$DATABASE" ] && exists "$ROOT/shared/database-login"; then
    act rm -f "$ROOT/shared/database-login" "$ROOT/shared/database.crt"
fi
# A connection to a host that is gone ends within two minutes: a process that waits for the database continues, and the
# database frees what a web host without power had locked. Linux waits for two hours, or a quarter of one for a write.
settings=/etc/sysctl.d/60-understudy-hosts.conf
if [ -n "$DATABASE$(database_clients)" ] || cat /srv/*/shared/database-login >/dev/null 2>&1; then
    if put 0644 "$settings" <<'SYSCTL' && booted; then act sysctl -q -p "$settings"; fi
net.ipv4.tcp_keepalive_time = 30
net.ipv4.tcp_keepalive_intvl = 10
net.ipv4.tcp_keepalive_probes = 3
net.ipv4.tcp_retries2 = 8
SYSCTL
elif exists "$settings"; then
    keep "$settings"
    act rm "$settings"
fi
