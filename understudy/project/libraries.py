"""Debian packages that Python packages without wheels need: to build them, and to run. Pure."""

from collections.abc import Iterator

from understudy.config import releases
from understudy.project.packages import Packages
from understudy.project.values import Deployment, Found

# Package -> what its build needs, and what its extension links against, on Debian 12 and 13.
_LIBRARIES = {
    "mysqlclient": (["libmariadb-dev"], ["libmariadb3"]),
    "psycopg2": (["libpq-dev"], ["libpq5"]),
    "psycopg-c": (["libpq-dev"], ["libpq5"]),
    "python-ldap": (["libldap-dev", "libsasl2-dev"], []),
    "pygraphviz": (["libgraphviz-dev"], ["graphviz"]),
    "pycairo": (["libcairo2-dev"], ["libcairo2"]),
    "xmlsec": (["libxmlsec1-dev"], ["libxmlsec1-openssl"]),
}
# psycopg without its [binary] extra loads this library at run time.
_LOADED = {"psycopg": ["libpq5"], "weasyprint": ["libpango-1.0-0", "libpangoft2-1.0-0"]}


def of_packages(packages: Packages) -> Deployment:
    found = Deployment()
    for name, (build, run) in _LIBRARIES.items():
        if place := packages.place(name):
            found = found.with_more(
                Deployment(
                    app={"build_packages": Found([*_build(found), *build], f"{place}: {name}")},
                    host={"packages": Found(run, f"{place}: {name}")} if run else {},
                )
            )
    for name, run in _LOADED.items():
        if (place := packages.place(name)) and not packages.place(f"{name}-binary"):
            found = found.with_more(Deployment(host={"packages": Found(run, f"{place}: {name}")}))
    return found


def of_python(packages: Packages, release: str) -> Deployment:
    """uWSGI has no wheel and links to Python's own library. release: of the VM, "" if nothing names one."""
    known = releases.RELEASES.get(release)
    place = packages.place("uwsgi")
    if not known or not place:
        return Deployment()
    library = Found([f"libpython{known.python}"], f"{place}: uwsgi links to it")
    return Deployment(host={"packages": library})


def _build(found: Deployment) -> Iterator[str]:
    if "build_packages" in found.app:
        yield from found.app["build_packages"].value
