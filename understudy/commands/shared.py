"""What the hosts of one site share: secrets, and the login to the database. Their admins read and write it."""

from collections.abc import Sequence

from understudy.commands import Argv, script

# Where a host has its site's secrets, and how it reaches a database elsewhere, below /srv/SITE/shared.
SECRETS, LOGIN, CERTIFICATE = "env", "database-login", "database.crt"


def read_database(site: str) -> Argv:
    """Prints the password of the site's role, then the certificate of the server."""
    password, certificate = (
        f"/etc/understudy/{site}.database-password",
        "/etc/understudy/database.crt",
    )
    return ("sudo", "-n", "cat", password, certificate)


def read_secrets(site: str) -> Argv:
    return ("sudo", "-n", "cat", f"/srv/{site}/shared/{SECRETS}")


def is_live(site: str) -> Argv:
    """Succeeds if the host has a live release."""
    return ("test", "-e", f"/srv/{site}/current")


def write(site: str, name: str) -> Argv:
    """Makes standard input that file of the site, for its app to read. Prints "changed" if it was another."""
    text = """
    cd "/srv/$1/shared"
    new=$(mktemp ".$2.XXXXXX")
    trap 'rm -f "$new"' EXIT
    cat >"$new"
    if cmp -s "$new" "$2"; then exit; fi
    chown "root:$1" "$new"
    chmod 0640 "$new"
    sync "$new"
    mv -f "$new" "$2"
    echo changed
    """
    return ("sudo", "-n", *script(text, site, name))


def database_answers(site: str) -> Argv:
    """Succeeds if the app's user can log in to the database elsewhere; else prints why not."""
    text = """
    set -a
    . "/srv/$1/shared/database-login"
    set +a
    cd /
    psql -XqAtw -d "$1" -c 'SELECT'
    """
    return ("sudo", "-n", "-u", site, "--", *script(text, site))


def login(site: str, address: str, password: str) -> str:
    """The text of LOGIN: variables of libpq. The server must have the very certificate of CERTIFICATE."""
    lines: Sequence[tuple[str, str]] = (
        ("PGHOST", address),
        ("PGPORT", "5432"),
        ("PGUSER", site),
        ("PGPASSWORD", password),
        # A host that is gone fails a request, and doesn't keep its worker for two minutes.
        ("PGCONNECT_TIMEOUT", "5"),
        ("PGSSLMODE", "verify-full"),
        ("PGSSLROOTCERT", f"/srv/{site}/shared/{CERTIFICATE}"),
    )
    return "".join(f'{name}="{value}"\n' for name, value in lines)
