"""Folders of committed static files, which nginx serves from the release. Pure."""

import ast
from collections.abc import Iterator

from understudy.project import syntax
from understudy.project.tree import Tree, join
from understudy.project.values import Deployment, Found
from understudy.project.web_objects import WebApp

_PLACES = {"static_folder", "static_url_path", "static_host"}


def served(tree: Tree, app: WebApp) -> Deployment:
    """app.static_directory and app.static_url."""
    return _of_flask(tree, app) if app.kind in ("Flask", "Quart") else _mounted(tree, app)


def _of_flask(tree: Tree, app: WebApp) -> Deployment:
    """The folder `static` beside the call of Flask(), unless the call names another."""
    for path, call in _calls(tree, app.kind):
        static = join(path.rpartition("/")[0], "static")
        if _has_files(tree, static):
            place = f"{path}:{call.lineno}"
            if {keyword.arg for keyword in call.keywords} & _PLACES:
                note = f"{place} says where static files are: {app.kind} serves them"
                return Deployment(notes=(note,))
            return _from(app, static, "/static/", f"{place}: {static}/")
    return Deployment()


def _mounted(tree: Tree, app: WebApp) -> Deployment:
    """What StaticFiles() serves, by app.mount() or Mount(): its folder is beside where the app runs."""
    for path, call in (*_calls(tree, "mount"), *_calls(tree, "Mount")):
        url = syntax.text(call.args[0]) if call.args else ""
        for one in ast.walk(call):
            if isinstance(one, ast.Call) and syntax.called(one) == "StaticFiles":
                folder = syntax.text(syntax.keyword(one, "directory")).strip("./")
                static = join(app.subdirectory, folder)
                if folder and url.strip("/") and _has_files(tree, static):
                    return _from(app, static, f"/{url.strip('/')}/", f"{path}:{call.lineno}")
    return Deployment()


def _calls(tree: Tree, name: str) -> Iterator[tuple[str, ast.Call]]:
    for path, module in tree.modules.items():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and syntax.called(node) == name:
                yield path, node


def _has_files(tree: Tree, folder: str) -> bool:
    return any(path.startswith(f"{folder}/") for path in tree.paths)


def _from(app: WebApp, folder: str, url: str, why: str) -> Deployment:
    within = folder.removeprefix(f"{app.subdirectory}/") if app.subdirectory else folder
    found = {"static_directory": Found(within, why)}
    if url != "/static/":
        found["static_url"] = Found(url, why)
    return Deployment(app=found)
