"""The deployment of an app without Django: Flask, FastAPI, Starlette, Quart. Pure."""

import ast
import shlex
from collections.abc import Iterator

from understudy.project import databases, meanings, routes, syntax
from understudy.project.health import health
from understudy.project.packages import Packages
from understudy.project.tree import Tree, join
from understudy.project.urls import Route
from understudy.project.values import Deployment, Found, Unknown
from understudy.project.variables import Read, Reader
from understudy.project.web_objects import WebApp

_URI = "SQLALCHEMY_DATABASE_URI"
_PLACES_OF_STATIC = {"static_folder", "static_url_path", "static_host"}


def deployment(tree: Tree, app: WebApp, packages: Packages, name: str) -> Deployment:
    engine, why = databases.engine_by(packages)
    found = Deployment(
        kind=app.kind,
        app={
            "preset": Found("plain", f"{app.place}: {app.kind}"),
            "module": Found(f"{app.module}:{app.object}", app.place),
            "database": Found(engine, why),
        },
    )
    if app.is_asgi:
        asgi = {"worker_class": Found("asgi", f"{app.kind} is ASGI")}
        found = found.with_more(Deployment(app=asgi))
    if app.python_path:
        path = Found(app.python_path, f"{app.path} is imported as {app.module}")
        found = found.with_more(Deployment(environment={"PYTHONPATH": path}))
    reads = list(_reads(tree, app))
    for part in (
        meanings.deployment(reads, engine, name, packages),
        _prefixed(tree, app, engine, name, packages),
        _migrations(tree, app, packages),
        _static(tree, app),
        health(_routes(tree, app), "/openapi.json" if app.kind == "FastAPI" else ""),
        Deployment(unknown=tuple(_fixed_databases(tree))),
    ):
        found = found.with_more(part)
    return found


def _routes(tree: Tree, app: WebApp) -> list[Route]:
    return [one for one in routes.routes(tree) if one.place.startswith(app.subdirectory)]


def _reads(tree: Tree, app: WebApp) -> Iterator[Read]:
    for path, module in tree.modules.items():
        if path.startswith(app.subdirectory):
            yield from Reader(path, module).reads()


def _prefixed(tree: Tree, app: WebApp, engine: str, name: str, packages: Packages) -> Deployment:
    """Flask's from_prefixed_env(): a variable FLASK_X becomes the setting X."""
    for path, module in tree.modules.items():
        for node in ast.walk(module):
            if syntax.called(node) == "from_prefixed_env" and isinstance(node, ast.Call):
                prefix = (syntax.texts(node.args[0]) if node.args else []) or ["FLASK"]
                place = f"{path}:{node.lineno}"
                secrets = {f"{prefix[0]}_SECRET_KEY": Found({"generate": 50}, place)}
                url = Found(meanings.database_url(engine, name, "", packages), place)
                variables = {f"{prefix[0]}_{_URI}": url} if "flask-sqlalchemy" in packages else {}
                return Deployment(secrets=secrets, environment=variables)
    return Deployment()


def _migrations(tree: Tree, app: WebApp, packages: Packages) -> Deployment:
    """Commands of Flask-Migrate, or of Alembic alone."""
    flask = join(app.subdirectory, "migrations/env.py")
    if "flask-migrate" in packages and flask in tree.paths:
        command = shlex.join(["flask", "--app", f"{app.module}:{app.object}", "db"])
        return Deployment(
            app={
                "migrate_commands": Found([f"{command} upgrade"], flask),
                "migrations_pending": Found(f"{command} check", flask),
            }
        )
    alembic = join(app.subdirectory, "alembic.ini")
    if alembic in tree.paths:
        return Deployment(
            app={
                "migrate_commands": Found(["alembic upgrade head"], alembic),
            }
        )
    return Deployment()


def _static(tree: Tree, app: WebApp) -> Deployment:
    """The folder `static` beside the call of Flask(), unless the call names another. nginx serves it."""
    for path, call in _calls_of_flask(tree):
        static = join(path.rpartition("/")[0], "static")
        if any(file.startswith(f"{static}/") for file in tree.paths):
            place = f"{path}:{call.lineno}"
            if {keyword.arg for keyword in call.keywords} & _PLACES_OF_STATIC:
                return Deployment(
                    notes=(f"{place} says where static files are: Flask serves them",)
                )
            within = static.removeprefix(f"{app.subdirectory}/") if app.subdirectory else static
            return Deployment(app={"static_directory": Found(within, f"{place}: {static}/")})
    return Deployment()


def _calls_of_flask(tree: Tree) -> Iterator[tuple[str, ast.Call]]:
    for path, module in tree.modules.items():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and syntax.called(node) == "Flask":
                yield path, node


def _fixed_databases(tree: Tree) -> Iterator[Unknown]:
    """A database whose place is written in the code, in a release that the app can't write."""
    for path, module in tree.modules.items():
        reader = Reader(path, module)
        for node in ast.walk(module):
            for value in _uris(node):
                url = syntax.text(value)
                if url.startswith("sqlite") and ":memory:" not in url and not reader.reads(value):
                    place = f"{path}:{getattr(value, 'lineno', 1)}"
                    yield Unknown(
                        f"the database's place on the host: {place} fixes {url}, in the release, which the "
                        "app can't write",
                        f'{place}: os.environ.get("DATABASE_URL", "{url}"), and app.environment: '
                        'DATABASE_URL: "sqlite:///{database}/db.sqlite3"',
                    )


def _uris(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Assign(
            targets=[ast.Subscript(slice=ast.Constant(value="SQLALCHEMY_DATABASE_URI"))]
        ):
            yield node.value
        case ast.Assign(targets=[ast.Name(id=name)]) if name == _URI or name.endswith(
            "DATABASE_URL"
        ):
            yield node.value
        case ast.keyword(arg="SQLALCHEMY_DATABASE_URI"):
            yield node.value
        case ast.Call() if syntax.called(node) in ("create_engine", "create_async_engine"):
            yield from node.args[:1]
