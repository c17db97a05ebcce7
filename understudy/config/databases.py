"""The database servers of the distribution that provisioning sets up for a site. Pure."""

from collections.abc import Mapping

# Engine -> the package with its server.
SERVERS: Mapping[str, str] = {"postgresql": "postgresql", "mariadb": "mariadb-server"}
# Engine -> the package with its client alone, for hosts whose server is another host.
CLIENTS: Mapping[str, str] = {"postgresql": "postgresql-client"}
# Engine -> its server's unit.
UNITS: Mapping[str, str] = {"postgresql": "postgresql.service", "mariadb": "mariadb.service"}
# Package -> users and databases that its server comes with, and words that no role may be called.
RESERVED: Mapping[str, frozenset[str]] = {
    "postgresql": frozenset({"postgres", "template0", "template1", "public", "none"}),
    "mariadb-server": frozenset({"mysql", "sys", "public", "none"}),
}
