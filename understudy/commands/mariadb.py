"""Shell functions for MariaDB: the database `<site>`; `<site>_scratch` to try a copy. See database.py.

MariaDB changes tables outside of transactions: what breaks off in the middle stays as it is then. So a copy is
loaded into the scratch database in full before the site's own is touched.
"""

SHELL = r"""
# The server knows the user by the socket. Options of the host's own files would change the output. A limit
# that is meant for the app's requests would end the copy of a large table.
query() {
    mariadb --no-defaults --user="$source" --batch --raw --skip-column-names \
        --default-character-set=utf8mb4 \
        --init-command='SET SESSION lock_wait_timeout = 60, max_statement_time = 0' "$@"
}
find_data() { query "$source" -e 'DO 0'; }
room_for_data() {
    kib=$(query "$source" -e 'SELECT CEIL(COALESCE(SUM(data_length + index_length), 0) / 1024)
        FROM information_schema.tables WHERE table_schema = DATABASE()')
    room "$directory" $((kib * 2))
    # There it's tried; may be another disk.
    [ ! -d /var/lib/mysql ] || room /var/lib/mysql $((kib * 2))
}

copy_data() {
    mariadb-dump --no-defaults --user="$source" --single-transaction --quick --routines --events \
        --triggers --hex-blob --default-character-set=utf8mb4 "$source" | gzip -1 >"$1/database.sql.gz"
}

# Its tables refer to each other, and are dropped in the order of their names.
empty() {
    printf 'SET foreign_key_checks = 0; CREATE OR REPLACE DATABASE `%s` CHARACTER SET utf8mb4 COLLATE %s;\n' \
        "$1" utf8mb4_unicode_ci | query
}
# load DATABASE DUMP: the dump instead of all that the database holds.
load() { empty "$1" && gunzip <"$2" | query "$1"; }
# A dump that is cut off lacks its last line.
is_whole() { gzip -t "$1" && gunzip <"$1" | tail -n 1 | grep -q '^-- Dump completed'; }
tables="SELECT CONCAT('SELECT COUNT(*), ', QUOTE(REGEXP_REPLACE(table_name, '[\\\\t\\\\n]', ' ')), ' FROM \`',
    REPLACE(table_name, '\`', '\`\`'), '\`;') FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type NOT LIKE '%VIEW' AND table_type <> 'SEQUENCE'
    ORDER BY table_name"
try_copy() {
    if ! is_whole "$1/database.sql.gz" || ! load "${source}_scratch" "$1/database.sql.gz" >/dev/null; then
        refuse "the copy of the database can't be restored"
    fi
    counts=$(query "${source}_scratch" -e "$tables")
    [ -z "$counts" ] || printf '%s\n' "$counts" | query "${source}_scratch"
    empty "${source}_scratch"
}

put_back() {
    [ -f "$1/database.sql.gz" ] || refuse "$name has no MariaDB database"
    (try_copy "$1") >/dev/null || refuse "$name can't be restored; the database is as before"
    # From here on it is incomplete until all is loaded: the end of a connection must not stop that.
    trap '' HUP INT TERM PIPE
    load "$source" "$1/database.sql.gz" >/dev/null ||
        refuse "the database is INCOMPLETE: it holds a part of $name. Restore it again"
}
"""
