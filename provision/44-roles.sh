# Of several hosts of one site the one with its database lets the others in, and only those.
step roles
# Of each site that has its database here for other hosts: this host's address for them, then theirs, one a line.
clients=/etc/understudy/$SITE.database-for
if [ -n "$DATABASE_FOR" ]; then
    echo "$DATABASE_AT,$DATABASE_FOR" | tr , '\n' | put 0644 "$clients" || true
elif exists "$clients"; then
    keep "$clients"
    act rm "$clients"
fi
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
# How the app's user logs in to a database elsewhere; `deploy.py provision` brings it.
if [ -z "$DATABASE" ] && exists "$ROOT/shared/database-login"; then
    act rm -f "$ROOT/shared/database-login" "$ROOT/shared/database.crt"
fi
