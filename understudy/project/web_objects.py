"""The application object of a Flask, FastAPI, Starlette or Quart app, or the function that makes it. Pure."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from understudy.errors import ConfigError
from understudy.project import syntax
from understudy.project.tree import Tree, folder_of, join, text_lines

_KINDS = {"Flask": "Flask", "FastAPI": "FastAPI", "Starlette": "Starlette", "Quart": "Quart"}
_FIRST = ("wsgi.py", "asgi.py", "main.py", "app.py", "application.py", "server.py", "__init__.py")
_ROOTS = (
    "pyproject.toml",
    "uv.lock",
    "poetry.lock",
    "Pipfile",
    "requirements.txt",
    "requirements.in",
    "Procfile",
)
# Servers' command lines, in a Procfile, Dockerfile or gunicorn's own file.
_SERVED = re.compile(
    r"\b(?:gunicorn|uvicorn|hypercorn|daphne)\b[^;&|]*?[\s\"',]([A-Za-z_][\w.]*:[A-Za-z_]\w*(?:\(\))?)"
)


@dataclass(frozen=True)
class WebApp:
    """kind: Flask, FastAPI … subdirectory: where names of modules start, and the app runs; python_path: the
    folder below it that the names start in, such as src. object: the name of the application in the file,
    or the call that makes it.
    """

    kind: str
    subdirectory: str
    python_path: str
    module: str
    object: str
    path: str
    line: int

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def is_asgi(self) -> bool:
        return self.kind != "Flask"


@dataclass(frozen=True)
class _Candidate:
    kind: str
    object: str
    path: str
    line: int
    needs: str = ""

    @property
    def rank(self) -> tuple[int, int, int, str]:
        name = self.path.rpartition("/")[2]
        order = _FIRST.index(name) if name in _FIRST else len(_FIRST)
        return (self.object.endswith("()"), order, self.path.count("/"), self.path)


def find(tree: Tree) -> WebApp | None:
    """The app; None if there is none. Raises ConfigError if there are several."""
    candidates = sorted(_candidates(tree), key=lambda one: one.rank)
    if not candidates:
        return None
    served = [_located(tree, one) for one in candidates]
    named = _named_elsewhere(tree)
    for app in served:
        if named and f"{app.module}:{app.object}" == named[0]:
            return app
    objects = [one for one in served if not one.object.endswith("()")]
    kept = [one for one in objects if one.path.rpartition("/")[2] in _FIRST] or objects
    tops = {folder_of(one.path) for one in kept}
    if len(kept) > 1 and len(tops) > 1 and not _same_app(kept):
        raise ConfigError(
            f"there are {len(kept)} apps here: "
            + ", ".join(f"{one.place} {one.object}" for one in kept),
            hint="Run init in the folder of the one to deploy; or name it in a Procfile: "
            f"`web: gunicorn {kept[0].module}:{kept[0].object}`. Nothing was written.",
        )
    return (kept or served)[0]


def _same_app(apps: list[WebApp]) -> bool:
    """A file such as wsgi.py often only makes the app by a function of another file."""
    return any(one.path.rpartition("/")[2] in ("wsgi.py", "asgi.py") for one in apps)


def _candidates(tree: Tree) -> Iterator[_Candidate]:
    factories = list(_factories(tree))
    kinds = _KINDS | {one.function.name: one.kind for one in factories}
    for path, module in tree.modules.items():
        for name, value, line in syntax.assigned(module.body):
            if kind := kinds.get(syntax.called(value)):
                yield _Candidate(kind, name, path, line)
    for one in factories:
        # With arguments it is only known where the app itself calls it.
        if _needs_nothing(one.function.args):
            yield _Candidate(one.kind, f"{one.function.name}()", one.path, one.function.lineno)


@dataclass(frozen=True)
class _Factory:
    kind: str
    function: ast.FunctionDef
    path: str


def _factories(tree: Tree) -> Iterator[_Factory]:
    """Functions that make an app."""
    for path, module in tree.modules.items():
        for node in module.body:
            if isinstance(node, ast.FunctionDef):
                inner = next(
                    filter(None, (_KINDS.get(syntax.called(one)) for one in ast.walk(node))), ""
                )
                if inner:
                    yield _Factory(inner, node, path)


def _needs_nothing(arguments: ast.arguments) -> bool:
    given = len(arguments.posonlyargs) + len(arguments.args)
    return given == len(arguments.defaults) and None not in arguments.kw_defaults


def _located(tree: Tree, found: _Candidate) -> WebApp:
    root, python_path = _root(tree, found.path)
    inside = found.path.removeprefix(join(root, python_path)).lstrip("/")
    module = inside.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return WebApp(found.kind, root, python_path, module, found.object, found.path, found.line)


def _root(tree: Tree, path: str) -> tuple[str, str]:
    """Where the app runs, and the folder below it in which the names of modules start."""
    folder = folder_of(path)
    while folder and f"{folder}/__init__.py" in tree.texts:
        folder = folder_of(folder)
    if folder.rpartition("/")[2] == "src":
        return folder_of(folder), "src"
    while folder and not any(join(folder, name) in tree.paths for name in _ROOTS):
        folder = folder_of(folder)
    return folder, ""


def _named_elsewhere(tree: Tree) -> tuple[str, str] | None:
    """The module and application that a command line of a server names, and where."""
    for path in ("Procfile", "Dockerfile", "docker-compose.yml", "compose.yaml"):
        for number, line in text_lines(tree.texts.get(path, "")):
            if found := _SERVED.search(line):
                return found[1], f"{path}:{number}"
    return None
