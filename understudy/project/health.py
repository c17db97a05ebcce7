"""Which of an app's paths is asked for its health, and which page its first browser test opens. Pure."""

import re
from collections.abc import Sequence

from understudy.project.urls import Route
from understudy.project.values import Deployment, Found, Unknown

_HEALTH = re.compile(
    r"(.*/)?(health|healthz|health-?check|_health|heartbeat|ping|livez|readyz|ready|up)/?"
)
_ADMIN = re.compile(r".*/login/")
_LOGIN = re.compile(r".*/(login|log-in|signin|sign-in)/?")


def health(routes: Sequence[Route], otherwise: str = "") -> Deployment:
    """app.health_path and app.check_paths. otherwise: a page that the framework itself has, such as /docs."""
    by_path = {route.path: route for route in reversed(routes)}
    home = by_path.get("/")
    named = [route for route in routes if _HEALTH.fullmatch(route.path) and not route.leads_away]
    if home and home.leads_away:
        # The first page that answers anybody: the site's own login before the admin's.
        logins = [route for route in routes if _LOGIN.fullmatch(route.path)]
        named += sorted(logins, key=lambda route: "admin" in route.path)
    if named and home:
        return Deployment(
            app={
                "health_path": Found(named[0].path, named[0].place),
                "check_paths": Found(["/"], home.place),
            }
        )
    chosen = next(iter([*named, *([home] if home else [])]), None)
    if chosen:
        return _only(chosen.path, chosen.place)
    others = [route for route in routes if not _ADMIN.fullmatch(route.path)]
    if otherwise:
        return _only(otherwise, "the framework's own; no page at / was found")
    if logins := [route for route in routes if _ADMIN.fullmatch(route.path)]:
        why = f"{logins[0].place}: the admin's login; no page at / was found"
        return _only(logins[0].path, why)
    if others:
        return _only(others[0].path, f"{others[0].place}; no page at / was found")
    unknown = Unknown(
        "a path that answers without a login",
        "app.health_path: /  (it must answer with a status below 400)",
    )
    return Deployment(app={"health_path": Found("/", "not known")}, unknown=(unknown,))


def _only(path: str, why: str) -> Deployment:
    return Deployment(app={"health_path": Found(path, why)}, page=path)
