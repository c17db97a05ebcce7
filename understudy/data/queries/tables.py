"""The tables and columns of a site's databases, without their rows. Run as the app's user; reads only."""

from pathlib import PurePosixPath

from understudy.commands import Argv, database
from understudy.config.app import Engine


def describe(engine: Engine, site: str, directory: PurePosixPath) -> Argv:
    """Prints what schema.parse() reads. directory: of the backups, as for all queries here."""
    return database.program(engine, site, directory, _DESCRIBE[engine])


_SQLITE = r"""
unique="SELECT json_group_array(json((SELECT json_group_array(name) FROM pragma_index_info(i.name))))
    FROM pragma_index_list(t.name) AS i WHERE i.[unique]"
columns="SELECT json_group_array(json_object('name', name, 'type', type, 'required', [notnull], 'key', pk))
    FROM pragma_table_xinfo(t.name) WHERE hidden = 0"
tables="SELECT json_group_array(json_object('name', name, 'virtual', type = 'virtual',
    'columns', json(($columns)), 'unique', json(($unique))))
    FROM (SELECT * FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')
        AND (name NOT LIKE 'sqlite!_%' ESCAPE '!' OR name = 'sqlite_sequence')
        ORDER BY name = 'sqlite_sequence', name) AS t"
describe() {
    sql -readonly "$1" "SELECT json_object('name', (SELECT file FROM pragma_database_list WHERE name = 'main'),
        'size', page_count * page_size, 'tables', json(($tables)))
        FROM pragma_page_count, pragma_page_size"
}
find_data
each "$source" describe
"""

_POSTGRESQL = r"""
query "$source" -f - <<'SQL'
SELECT json_build_object('name', current_database(), 'size', pg_database_size(current_database()),
    'tables', (
        SELECT json_agg(json_build_object(
            'name', CASE nspname WHEN 'public' THEN '' ELSE nspname || '.' END || relname,
            'namespace', nspname,
            'columns', (
                SELECT json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod),
                    'required', attnotnull, 'key', attnum = ANY (coalesce(indkey, ''))) ORDER BY attnum)
                FROM pg_attribute LEFT JOIN pg_index ON indrelid = attrelid AND indisprimary
                WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''),
            'unique', (
                SELECT json_agg((SELECT json_agg(attname) FROM pg_attribute
                    WHERE attrelid = indrelid AND attnum = ANY (indkey)))
                FROM pg_index WHERE indrelid = t.oid AND indisunique)
            ) ORDER BY nspname, relname)
        FROM pg_class AS t JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE relkind = 'r' AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg!_%' ESCAPE '!'
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = t.oid AND deptype = 'e')));
SQL
"""

_DESCRIBE = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
