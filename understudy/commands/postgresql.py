"""Shell functions for PostgreSQL: the database `<site>`; `<site>_scratch` to try a copy. See database.py."""

SHELL = r"""
# Of a server on another host: libpq reads these variables. A site whose server is here has no such file.
if [ -r ../database-login ]; then set -a; . ../database-login; set +a; fi
# Limits that are meant for the app's requests would end the copy of a large table. The last one is of
# PostgreSQL 17.
waits="''idle_in_transaction_session_timeout'', ''transaction_timeout''"
unlimited="DO 'BEGIN PERFORM set_config(name, ''0'', false) FROM pg_settings WHERE name IN ($waits); END'"
query() {
    psql -XqAtw -F "$(printf '\t')" -v ON_ERROR_STOP=1 -c 'SET statement_timeout = 0' -c "$unlimited" -d "$@"
}
find_data() { query "$source" -c 'SELECT' >/dev/null; }
room_for_data() {
    kib=$(query "$source" -c 'SELECT pg_database_size(current_database()) / 1024')
    room "$directory" $((kib * 2))
    # There it's tried; may be another disk.
    [ ! -d /var/lib/postgresql ] || room /var/lib/postgresql $((kib * 2))
}

copy_data() {
    pg_dump -w --format=custom --lock-wait-timeout=60s --file="$1/database.dump" "$source"
}

# load DATABASE DUMP [LINES]: the dump instead of all that the database holds, in one transaction,
# then the lines. Prints "complete" last. `pg_restore --clean` would keep tables that a later release
# made, and fail if they refer to older ones. The COMMIT is pg_restore's own last line: from a dump
# that is cut off it never comes. Extensions may be the administrator's: no comments on them.
load() {
    contents=$(pg_restore --list "$2") || return
    {
        printf '%s\n' '\o /dev/null' 'SET client_min_messages = error;' 'BEGIN;' \
            "SET lock_timeout = '60s';" 'DROP OWNED BY CURRENT_USER CASCADE;' \
            'CREATE SCHEMA IF NOT EXISTS public;'
        printf '%s\n' "$contents" | grep -v ' COMMENT - EXTENSION ' |
            pg_restore --no-owner --single-transaction --use-list=/dev/stdin --file=- "$2" &&
            printf '%s\n' '\o' "${3-}" '\echo complete'
    } | query "$1" -f -
}

queries="SELECT format('SELECT count(*), %L FROM ONLY %I.%I',
    translate(nspname || '.' || relname, E'\n\t', '  '), nspname, relname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg!_%' ESCAPE '!'
    ORDER BY nspname, relname \gexec"
try_copy() {
    loaded=$(load "${source}_scratch" "$1/database.dump" "$queries
DROP OWNED BY CURRENT_USER CASCADE;") || loaded=
    [ "${loaded##*
}" = complete ] || refuse "the copy of the database can't be restored"
    printf '%s\n' "$loaded" | sed '$d'
}

put_back() {
    [ -f "$1/database.dump" ] || refuse "$name has no PostgreSQL database"
    loaded=$(load "$source" "$1/database.dump") || loaded=
    [ "$loaded" = complete ] || refuse "$name can't be restored; the database is as before"
}
"""
