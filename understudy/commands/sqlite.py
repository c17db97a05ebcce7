"""Shell functions for SQLite: the files *.sqlite3 and *.db of one directory. See database.py."""

SHELL = r"""
sql() { sqlite3 -init /dev/null -batch -bail "$@"; }
# The files in $1, in the words that `for file` goes through.
each() { for file in "$1"/*.sqlite3 "$1"/*.db; do [ ! -f "$file" ] || "$2" "$file"; done; }
count=0
counted() { count=$((count + 1)); }
find_data() {
    each "$source" counted
    [ "$count" != 0 ] || refuse "there is no database (*.sqlite3, *.db) in $source"
}
kib=0
add() { kib=$((kib + ($1 + 1023) / 1024)); }
weigh() { add "$(stat -c %s "$1")"; }
room_for_data() {
    each "$source" weigh
    # A journal is removed with the last connection to the database, maybe at this moment.
    for bytes in $(find "$source" -maxdepth 1 -name '*-wal' -printf '%s ' 2>/dev/null); do add "$bytes"; done
    room "$directory" $((kib * 2))
}

# In a read transaction: .backup starts again after each write of another connection, maybe for ever.
# See https://www.sqlite.org/backup.html.
copy() {
    sql "$1" ".timeout 30000" BEGIN "SELECT count(*) FROM sqlite_schema" ".backup copied" \
        >/dev/null || refuse "can't copy $1"
    mv -T copied "./${1##*/}"
}
copy_data() { (cd "$1" && each "$source" copy); }

# check FILE NAME
check() {
    problems=$(sql "$1" "PRAGMA integrity_check; PRAGMA foreign_key_check" 2>&1) ||
        problems="$problems, unreadable"
    [ "$problems" = ok ] || refuse "$2 is damaged: $(printf '%s' "$problems" | head -n 5)"
}

# Virtual tables need not be readable without the app; what they hold is in tables of its own.
queries="SELECT printf('SELECT count(*), %Q FROM \"%w\";', replace(name, char(10), ' '), name)
    FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
    AND sql NOT LIKE 'CREATE VIRTUAL %' ORDER BY name"
try() {
    cp "$1" "$copy/scratch"
    check "$copy/scratch" "the copy of ${1##*/}"
    found=$(sql "$copy/scratch" "$queries")
    found=$(printf '%s\n' "$found" | sql -tabs "$copy/scratch")
    [ -z "$found" ] || printf '%s\n' "$found" | name=${1##*/} awk '{ print $0 "\t" ENVIRON["name"] }'
    rm "$copy/scratch"
}
try_copy() { copy=$1; each "$1" try; }

put_beside() {
    counted
    cp -T "$1" "$source/${1##*/}.restoring"
    check "$source/${1##*/}.restoring" "$name/${1##*/}"
}
# The old file takes along what belongs to it: another one's journal would ruin the new file, and
# the old one would lack what only its journal has. At no moment is there no file: an app that
# found none would make an empty one.
replace() {
    old=$source/${1##*/}
    if [ -e "$old" ]; then
        # Writes into the file what an app that was killed has left in its journal.
        sql "$old" "SELECT count(*) FROM sqlite_schema" "PRAGMA wal_checkpoint" >/dev/null 2>&1 || true
        ln -f "$old" "$old.before-restore"
    fi
    for kind in wal journal; do
        rm -f "$old.before-restore-$kind"
        [ ! -e "$old-$kind" ] || mv -T "$old-$kind" "$old.before-restore-$kind"
    done
    rm -f "$old-shm"
    mv -T "$old.restoring" "$old"
}
put_back() {
    trap 'rm -f "$source"/*.restoring "$source"/*.restoring-*' EXIT
    each "$1" put_beside
    [ "$count" != 0 ] || refuse "$name has no SQLite database"
    sync -f "$source"
    each "$1" replace
    sync -f "$source"
}
"""
