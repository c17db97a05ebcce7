"""The deployment of an app without Django: Flask, FastAPI, Starlette, Quart. Pure."""

import ast
import shlex
from collections.abc import Iterator
from functools import partial

from understudy.project import (
    configurations,
    databases,
    fixed_values,
    log_files,
    meanings,
    processes,
    routes,
    static_files,
    syntax,
)
from understudy.project.celery_app import Code
from understudy.project.evaluation import Names
from understudy.project.flags import text_of_read
from understudy.project.health import health
from understudy.project.packages import Packages
from understudy.project.scope import Scope
from understudy.project.tree import Tree, join
from understudy.project.urls import Route
from understudy.project.values import Deployment, Found
from understudy.project.variables import Read, Reader
from understudy.project.web_objects import WebApp

_GUNICORN_WITH_ASGI = (24,)
_FLASK_WITH_APP, _MIGRATE_WITH_CHECK = (2, 2), (4, 0, 2)
# Of the package uvicorn-worker.
_UVICORN_FOR_ITS_WORKER = (0, 36)
_UPGRADES = ("flask_migrate.upgrade", "alembic.command.upgrade")
_URI = "SQLALCHEMY_DATABASE_URI"


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
        found = found.with_more(_asgi(app, packages))
    if app.python_path:
        path = Found(app.python_path, f"{app.path} is imported as {app.module}")
        found = found.with_more(Deployment(environment={"PYTHONPATH": path}))
    reads = list(_reads(tree, app))
    for part in (
        meanings.deployment(reads, engine, name, packages, partial(_text_of, tree, app)),
        configurations.chosen(tree, reads),
        _prefixed(tree, app, engine, name, packages),
        _migrations(tree, app, packages),
        _messages(tree, app, packages),
        static_files.served(tree, app),
        health(_routes(tree, app), "/openapi.json" if app.kind == "FastAPI" else ""),
        processes.deployment(Code(tree, _folder(app), name), app.subdirectory, packages),
        Deployment(unknown=(*fixed_values.found(tree), *log_files.found(tree))),
    ):
        found = found.with_more(part)
    return found


def _asgi(app: WebApp, packages: Packages) -> Deployment:
    """gunicorn's own worker; beside a locked gunicorn that lacks it that of uvicorn."""
    version = packages.least("gunicorn")
    if version and version < _GUNICORN_WITH_ASGI:
        number = ".".join(map(str, version))
        why = f"{app.kind} is ASGI; gunicorn {number} has no worker asgi: {packages.place('gunicorn')}"
        return Deployment(app={"worker_class": Found(_worker_of_uvicorn(packages), why)})
    return Deployment(app={"worker_class": Found("asgi", f"{app.kind} is ASGI")})


def _worker_of_uvicorn(packages: Packages) -> str:
    """An older uvicorn has one itself; the package uvicorn-worker asks for a newer one."""
    version = packages.least("uvicorn")
    is_older = version and version < _UVICORN_FOR_ITS_WORKER
    return "uvicorn.workers.UvicornWorker" if is_older else "uvicorn_worker.UvicornWorker"


def _routes(tree: Tree, app: WebApp) -> list[Route]:
    return [one for one in routes.routes(tree) if one.place.startswith(app.subdirectory)]


def _folder(app: WebApp) -> str:
    """Where the names of its modules start."""
    return join(app.subdirectory, app.python_path)


def _reads(tree: Tree, app: WebApp) -> Iterator[Read]:
    for path, module in tree.modules.items():
        if path.startswith(app.subdirectory):
            yield from Reader(Scope(path, module, tree, _folder(app))).reads()


def _text_of(tree: Tree, app: WebApp, read: Read, wanted: bool) -> str | None:
    scope = Scope(read.path, tree.modules[read.path], tree, _folder(app))
    return text_of_read(read, wanted, scope, Names({}))


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
        return _by_flask_migrate(app, packages, flask)
    alembic = join(app.subdirectory, "alembic.ini")
    if alembic in tree.paths:
        return Deployment(
            app={
                "migrate_commands": Found(["alembic upgrade head"], alembic),
            }
        )
    return _migrated_by_the_app(tree, app)


def _migrated_by_the_app(tree: Tree, app: WebApp) -> Deployment:
    """The app is loaded once before: gunicorn's workers would all migrate an old database at the same time."""
    for path, module in tree.modules.items():
        names = syntax.imported(module)
        for node in _outside_of_commands(module):
            name = syntax.dotted(node.func) if isinstance(node, ast.Call) else ""
            first, _, rest = name.partition(".")
            if f"{names.get(first, '')}.{rest}".rstrip(".") in _UPGRADES:
                load = f"from {app.module} import {app.object.removesuffix('()')}"
                code = f"{load}; {app.object}" if app.object.endswith("()") else load
                why = f"{path}:{getattr(node, 'lineno', 1)} migrates when the app is loaded"
                commands = [shlex.join(["python", "-c", code])]
                return Deployment(app={"migrate_commands": Found(commands, why)})
    return Deployment()


def _messages(tree: Tree, app: WebApp, packages: Packages) -> Deployment:
    """Translations of Babel whose compiled form is not in the repository."""
    start = join(app.subdirectory, "")
    folders = {
        path.removeprefix(start).rpartition("/")[0].rsplit("/", 2)[0]: path
        for path in reversed(tree.paths)
        if path.startswith(start)
        and path.removeprefix(start).count("/") > 2
        and path.endswith("/LC_MESSAGES/messages.po")
        and path.removesuffix("po") + "mo" not in tree.paths
    }
    if not folders or not any(name in packages for name in ("babel", "flask-babel")):
        return Deployment()
    commands = [shlex.join(["pybabel", "compile", "-d", folder]) for folder in sorted(folders)]
    why = f"{next(iter(folders.values()))} has no .mo"
    return Deployment(app={"build_commands": Found(commands, why)})


def _outside_of_commands(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the app is loaded, or may; not what a user calls, as by `@app.cli.command()`."""
    for one in ast.iter_child_nodes(node):
        decorators = map(ast.unparse, getattr(one, "decorator_list", ()))
        if not any(".command" in decorator for decorator in decorators):
            yield one
            yield from _outside_of_commands(one)


def _by_flask_migrate(app: WebApp, packages: Packages, place: str) -> Deployment:
    """Older versions take the app from a variable, and have no command that only checks."""
    name = f"{app.module}:{app.object}"
    has_option = packages.least("flask") >= _FLASK_WITH_APP or not packages.least("flask")
    words = ["flask", "--app", name, "db"] if has_option else ["flask", "db"]
    migrate = packages.least("flask-migrate")
    pending = {"migrations_pending": Found(f"{shlex.join(words)} check", place)}
    return Deployment(
        app={
            "migrate_commands": Found([f"{shlex.join(words)} upgrade"], place),
            **(pending if migrate >= _MIGRATE_WITH_CHECK or not migrate else {}),
        },
        environment={} if has_option else {"FLASK_APP": Found(name, "for the command flask")},
    )
