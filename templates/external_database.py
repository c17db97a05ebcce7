"""Runs on a host, by its Python: a client of the database whose URL is in UNDERSTUDY_URL.

kind             prints postgresql, mysql or another scheme
reach            fails if nothing listens at the URL's address
run PROGRAM...   a program of PostgreSQL or of MariaDB, with the address and the login of the URL

The URL is in no argument of a program: other users see those. No message shows it.
"""

import os
import socket
import sys
from urllib.parse import parse_qs, unquote, urlsplit

KINDS = {
    **dict.fromkeys(("postgres", "postgresql", "pgsql", "postgis"), "postgresql"),
    **dict.fromkeys(("mysql", "mysql2", "mysqlgis", "mariadb"), "mysql"),
}
PORTS = {"postgresql": 5432, "mysql": 3306}
# Of a URL's query -> the variable of libpq.
OF_LIBPQ = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
    "channel_binding": "PGCHANNELBINDING",
}
SECONDS = 10


class Url:
    """The parts of a database's URL. Exits with a message for a text that is none."""

    def __init__(self, name: str, text: str) -> None:
        if not text:
            sys.exit(f"the secret {name} is not set on this host")
        self.name = name
        try:
            parts = urlsplit(text)
            self.port = parts.port
        except ValueError:
            sys.exit(
                f"{name} is no URL: in its password / is written as %2F, # as %23 and @ as %40"
            )
        self.database = unquote(parts.path.strip("/"))
        scheme = parts.scheme.partition("+")[0]
        if not scheme or not self.database:
            sys.exit(
                f"{name} is no URL of a database, such as postgresql://USER:PASSWORD@HOST/NAME"
            )
        self.kind = KINDS.get(scheme, scheme)
        self.port = self.port or PORTS.get(self.kind)
        self.query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        self.host = self.query.get("host", unquote(parts.hostname or ""))
        self.socket = self.query.get("unix_socket", "")
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")

    @property
    def is_local(self) -> bool:
        return not self.host or self.host.startswith("/") or bool(self.socket)


def reach(url: Url) -> None:
    if url.is_local or not url.port:
        return
    try:
        socket.create_connection((url.host, url.port), timeout=SECONDS).close()
    except OSError as error:
        where = f"{url.host}:{url.port}, the address in {url.name},"
        sys.exit(f"{where} is not reached from this host: {error.strerror or error}")


def run(url: Url, argv: list[str]) -> None:
    {"postgresql": _postgresql, "mysql": _mysql}[url.kind](url, argv)


def _postgresql(url: Url, argv: list[str]) -> None:
    given = {
        "PGHOST": url.host,
        "PGPORT": str(url.port),
        "PGUSER": url.user,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGCONNECT_TIMEOUT": str(SECONDS),
        **{OF_LIBPQ[key]: value for key, value in url.query.items() if key in OF_LIBPQ},
    }
    os.environ.update({name: value for name, value in given.items() if value})
    os.execvp(argv[0], argv)


def _mysql(url: Url, argv: list[str]) -> None:
    authority = url.query.get("ssl_ca", url.query.get("ssl-ca", ""))
    options = {
        "host": url.host,
        "port": "" if url.is_local else str(url.port),
        "socket": url.socket,
        "user": url.user,
        "ssl-ca": authority,
        # Newer clients ask for a certificate that the app's driver does not ask for.
        "ssl-verify-server-cert": "" if authority else "0",
    }
    given = [f"--{name}={value}" for name, value in options.items() if value]
    if url.password:
        os.environ["MYSQL_PWD"] = url.password
    os.execvp(argv[0], [argv[0], "--no-defaults", *given, *argv[1:], url.database])


def main(verb: str, *argv: str) -> None:
    url = Url(os.environ["UNDERSTUDY_NAME"], os.environ.pop("UNDERSTUDY_URL"))
    if verb == "kind":
        print(url.kind)
    elif verb == "reach":
        reach(url)
    else:
        run(url, list(argv))


if __name__ == "__main__":
    main(*sys.argv[1:])
