"""Questions of the host tests for hosts of one role. host_questions.py has those for all, and what they are."""

import shlex
from collections.abc import Iterator, Mapping, Sequence

from understudy.config.topology import Role

# $postgres: the command that reads SQL, as the server's administrator. $inside: this host's address for
# the others.
DATABASE: Mapping[str, str] = {
    "database server": """
        pg_lsclusters -h | awk '$3 == 5432 { print $4 }'
        systemctl is-enabled postgresql
    """,
    "database settings": """
        sh -c "$postgres" <<'SQL'
SELECT name, setting FROM pg_settings WHERE name IN ('ssl', 'password_encryption')
SQL
    """,
    # Those by the network: type, databases, users, address, method.
    "database logins": """
        sh -c "$postgres" <<'SQL'
SELECT type, array_to_string(database, ','), array_to_string(user_name, ','), address, auth_method
FROM pg_hba_file_rules WHERE type <> 'local' AND address NOT IN ('127.0.0.1', '::1')
SQL
    """,
    "database role": """
        sh -c "$postgres" <<'SQL'
SELECT rolcanlogin, rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls,
       coalesce(split_part(rolpassword, '$', 1), 'none')
FROM pg_authid WHERE rolname = :'site'
SQL
    """,
    # Name, owner, and whether any other role may connect.
    "databases of the server": """
        sh -c "$postgres" <<'SQL'
SELECT datname, pg_get_userbyid(datdba),
       datacl IS NULL OR EXISTS (SELECT FROM aclexplode(datacl) WHERE grantee = 0)
FROM pg_database WHERE datname IN (:'site', :'site' || '_scratch')
SQL
    """,
    # The one in the file, the one that the server shows, its names, and whether it ends within a month.
    "database certificate": """
        [ -e /etc/understudy/database.crt ] || exit 0
        openssl x509 -in /etc/understudy/database.crt -noout -serial
        openssl s_client -starttls postgres -connect "$inside:5432" </dev/null 2>/dev/null |
            openssl x509 -noout -serial
        openssl x509 -in /etc/understudy/database.crt -noout -ext subjectAltName | grep -o 'IP Address.*'
        openssl x509 -in /etc/understudy/database.crt -noout -checkend 2592000
        stat -c '%a %U:%G' /etc/understudy/database.key
    """,
    # Of other sites here: their own hosts may come in, too.
    "database clients of others": """
        for file in /etc/understudy/*.database-for; do
            [ "$file" = "/etc/understudy/$site.database-for" ] || ! [ -e "$file" ] || tail -n +2 "$file"
        done
    """,
}
# Of a host that logs in to a database elsewhere.
CLIENT: Mapping[str, str] = {
    "database elsewhere": """
        login() {
            cd / && runuser -u $site -- env "$@" sh -c '
                given=${PGPASSWORD-}
                set -a; . $root/shared/database-login; set +a
                PGSSLMODE=${mode-$PGSSLMODE} PGPASSWORD=${given:-$PGPASSWORD} psql -XqAtw -F " " -d $site -c "
                    SELECT current_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"' 2>&1 | tail -n 1
        }
        login
        login mode=disable
        login PGPASSWORD=wrong
    """,
}
# $servers: the command that prints the web hosts.
PROXY: Mapping[str, str] = {
    "proxy": """
        systemctl is-active nginx understudy-haproxy@$site
        systemctl is-enabled nginx understudy-haproxy@$site
    """,
    "proxy's configuration": "runuser -u $site -- /usr/sbin/haproxy -c -q -f /etc/haproxy/$site.cfg",
    "web hosts": 'cd / && runuser -u $site -- sh -c "$servers"',
    "proxy's sockets": "stat -c '%n %a %U:%G' /run/$site/haproxy*.sock",
    "proxy's process": """
        pid=$(systemctl show -p MainPID --value understudy-haproxy@$site)
        ps -o user= -p "$pid"
        grep -E '^(CapEff|NoNewPrivs):' "/proc/$pid/status" | tr -d '\\t'
    """,
}


def postgres(site: str) -> str:
    """See $postgres."""
    psql = ("psql", "-XAqt", "-F", " ", "-p", "5432", "-d", "postgres", "-v", f"site={site}")
    return f"cd / && {shlex.join(('runuser', '-u', 'postgres', '--', *psql))}"


def of(roles: Sequence[Role]) -> Iterator[tuple[str, str]]:
    """Their names and commands, for a host with these roles."""
    if "database" in roles:
        yield from DATABASE.items()
    if "web" in roles or "worker" in roles:
        yield from CLIENT.items()
    if "proxy" in roles:
        yield from PROXY.items()
