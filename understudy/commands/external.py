"""Shell functions for a database that is managed elsewhere, whose URL is a secret: see database.py.

Its server has no scratch database of ours: a copy is read to its end and its rows are counted, and nothing is
restored. The URL is in no argument of a program: other users see those.
"""

from understudy.paths import RESOURCES

_PROGRAM = (RESOURCES / "templates" / "external_database.py").read_text(encoding="utf-8")

_FUNCTIONS = r"""
# The secrets are a file of shell. Only the URL is taken from it.
UNDERSTUDY_URL=$(set -a; . "$source"; printenv "$variable" || true)
export UNDERSTUDY_URL UNDERSTUDY_NAME="$variable"
client() { python3 -c "$program" "$@"; }
# needs PROGRAM PACKAGE
needs() { command -v "$1" >/dev/null || refuse "the host has no $1: add $2 to host.packages in deploy.yml"; }
psql_of() { client run psql -XqAtw -v ON_ERROR_STOP=1 -c "$1"; }
mariadb_of() { client run mariadb --batch --raw --skip-column-names --connect-timeout=10 -e "$1"; }
pg_dump_of() { client run pg_dump -w --lock-wait-timeout=60s "$@"; }
mariadb_dump_of() {
    client run mariadb-dump --single-transaction --quick --routines --triggers --hex-blob --no-tablespaces \
        --skip-extended-insert --default-character-set=utf8mb4 "$@"
}

# With its client on the host, the login is tried, too.
reach() {
    kind=$(client kind)
    client reach
    case $kind in
    postgresql) ! command -v psql >/dev/null || psql_of 'SELECT' >/dev/null ;;
    mysql) ! command -v mariadb >/dev/null || mariadb_of 'DO 0' ;;
    esac
}

# Without rows it takes the same rights and the same version as a whole dump.
can_dump() {
    kind=$(client kind)
    case $kind in
    postgresql)
        needs pg_dump postgresql-client
        pg_dump_of --schema-only >/dev/null
        ;;
    mysql)
        needs mariadb-dump mariadb-client
        mariadb_dump_of --where=0 >/dev/null
        ;;
    *) refuse "there is no client for databases like $kind" ;;
    esac
}
# On its standard output, for templates/commands.py: a deploy must not pass over it in silence.
find_data() {
    cause=$(can_dump 2>&1) || {
        echo "==> note the database is NOT BACKED UP before a migration: $(printf '%s' "$cause" | head -n 1)"
        exit 1
    }
    kind=$(client kind)
}
room_for_data() {
    case $kind in
    postgresql) kib=$(psql_of 'SELECT pg_database_size(current_database()) / 1024') ;;
    mysql) kib=$(mariadb_of 'SELECT CEIL(COALESCE(SUM(data_length + index_length), 0) / 1024)
        FROM information_schema.tables WHERE table_schema = DATABASE()') ;;
    esac
    room "$directory" $((kib * 2))
}
copy_data() {
    case $kind in
    postgresql) pg_dump_of --format=custom --file="$1/database.dump" ;;
    mysql) mariadb_dump_of | gzip -1 >"$1/database.sql.gz" ;;
    esac
}
# Prints the rows of each table; fails without the last line.
count_copied() {
    awk '
        /^COPY .* FROM stdin;$/ && !table {
            table = $0; sub(/^COPY /, "", table); sub(/ \(.*/, "", table); rows = 0; next
        }
        table && /^\\[.]$/ { print rows "\t" table; table = ""; next }
        table { rows++ }
        { last = $0 }
        END { exit table || last != "complete" }'
}
count_inserted() {
    awk '
        /^CREATE TABLE `/ {
            name = $0; sub(/^CREATE TABLE `/, "", name); sub(/` \($/, "", name); count[name] = 0
        }
        /^INSERT INTO `/ { count[name]++ }
        { last = $0 }
        END {
            for (name in count) print count[name] "\t" name | "sort -k 2"
            exit last !~ /^-- Dump completed/
        }'
}
try_copy() {
    case $kind in
    postgresql) { pg_restore --data-only --file=- "$1/database.dump" && echo complete; } | count_copied ;;
    mysql) gunzip <"$1/database.sql.gz" | count_inserted ;;
    esac || refuse "the copy of the database is not whole"
}
put_back() { refuse "a database that is managed elsewhere is not restored: docs/data.md"; }
"""

SHELL = "program=$(cat <<'PYTHON'\n" + _PROGRAM + "PYTHON\n)\n" + _FUNCTIONS
