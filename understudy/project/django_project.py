"""Where a Django project is: manage.py, the module of settings for servers, what gunicorn serves. Pure."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from understudy.errors import ConfigError
from understudy.project import syntax
from understudy.project.tree import Tree, folder_of, join

VARIABLE = "DJANGO_SETTINGS_MODULE"
# So modules of settings for servers are named, the last part of their name.
_FOR_SERVERS = re.compile(r"(settings?_)?(production|prod|live|deploy|heroku|staging)(_settings?)?")
_FOR_DEVELOPERS = re.compile(r"(?i)local|dev|test|desk|debug")
# Of the module that init writes: a second run must not take it for the app's own.
MARK = "Settings for servers, written by `init` of Understudy."


@dataclass(frozen=True)
class Project:
    """folder: of manage.py, relative to deploy.yml; "" for deploy.yml's own. settings: the module for servers.

    default: the module that manage.py takes by itself, or "". why: what decided for `settings`. fixed: places
    that set the module whatever the environment says.
    """

    folder: str
    settings: str
    settings_file: str
    default: str
    why: str
    fixed: tuple[str, ...] = ()


def find(tree: Tree) -> Project | None:
    """The Django project; None if there is none. Raises ConfigError if it's not clear which, or broken."""
    found = [path for path in tree.named("manage.py") if _is_djangos(tree, path)]
    if not found:
        return None
    depth = found[0].count("/")
    if len(same := [path for path in found if path.count("/") == depth]) > 1:
        raise ConfigError(
            f"there are {len(same)} Django projects here: {', '.join(same)}",
            hint="Run init in the folder of the one to deploy, for example "
            f"`cd {folder_of(same[0])}`: each project gets a deploy.yml in its folder. Nothing was written.",
        )
    return _project(tree, found[0])


def _is_djangos(tree: Tree, manage: str) -> bool:
    """Not another framework's, such as Flask's. One that only calls a function elsewhere may be Django's."""
    if "django" in tree.texts.get(manage, "").lower():
        return True
    return any("ROOT_URLCONF" in tree.texts[path] for path in tree.python)


def _project(tree: Tree, manage: str) -> Project:
    folder = folder_of(manage)
    named = dict(_named(tree, folder))
    by_manage = _settings_in(tree.parse(manage), manage)
    by_server = next(
        (one for path in named for one in [_settings_in(tree.parse(path), path)] if one), None
    )
    first = by_manage or by_server or _by_their_content(tree, manage)
    fixed = tuple(one.place for one in (by_manage, by_server) if one and one.is_fixed)
    settings, why = _for_servers(tree, folder, by_server or first)
    path = tree.module_file(settings, folder)
    if path is None:
        raise ConfigError(
            f"{first.place}: it names the settings {settings}, and there is no such module",
            hint=f"{join(folder, settings.replace('.', '/'))}.py is missing, or ignored by git. "
            "Nothing was written.",
        )
    default = first.module if by_manage or by_server else ""
    return Project(folder, settings, path, default, why, fixed)


def _by_their_content(tree: Tree, manage: str) -> "_Named":
    """The module that can only be settings, for a project that leaves their name to the environment."""
    folder = folder_of(manage)
    found = [
        _Named(_module_of(path, folder), f"{path}:{line}", is_fixed=False)
        for path in tree.python
        if path.startswith(folder) and path in tree.modules
        for name, _, line in syntax.assigned(tree.modules[path].body)
        if name == "ROOT_URLCONF"
    ]
    if len(found) == 1:
        return found[0]
    candidates = (
        f" Modules of settings here: {', '.join(one.module for one in found)}." if found else ""
    )
    raise ConfigError(
        f"{manage}: it names no module of settings",
        hint=f'A line os.environ.setdefault("{VARIABLE}", "shop.settings") is missing there.'
        f"{candidates} Nothing was written.",
    )


def _module_of(path: str, folder: str) -> str:
    """The name of the module in that file. folder: where the names of modules start."""
    relative = path.removeprefix(folder).lstrip("/").removesuffix(".py").removesuffix("/__init__")
    return relative.replace("/", ".")


def server_modules(tree: Tree, folder: str) -> Iterator[tuple[str, str]]:
    """The kind, `wsgi` or `asgi`, and the path of each file that holds what servers run."""
    for kind in ("wsgi", "asgi"):
        for path in tree.named(f"{kind}.py"):
            if path.startswith(folder):
                yield kind, path


def _named(tree: Tree, folder: str) -> Iterator[tuple[str, str]]:
    return ((path, kind) for kind, path in server_modules(tree, folder))


@dataclass(frozen=True)
class _Named:
    """A module of settings that a file names. is_fixed: even if the environment names another."""

    module: str
    place: str
    is_fixed: bool


def _settings_in(tree: ast.Module, path: str) -> _Named | None:
    found = None
    for node in ast.walk(tree):
        match node:
            case ast.Assign(
                targets=[ast.Subscript(slice=ast.Constant(value=key))],
                value=ast.Constant(value=str(name)),
            ) if key == VARIABLE:
                return _Named(name, f"{path}:{node.lineno}", is_fixed=True)
            case ast.Call(
                func=ast.Attribute(attr="setdefault" | "get"),
                args=[ast.Constant(value=key), ast.Constant(value=str(name))],
            ) if key == VARIABLE:
                found = found or _Named(name, f"{path}:{node.lineno}", is_fixed=False)
    return found


def _for_servers(tree: Tree, folder: str, named: _Named) -> tuple[str, str]:
    """The module for servers: one that is called so, beside the one that is named; else that one."""
    last = named.module.rpartition(".")[2]
    if _FOR_SERVERS.fullmatch(last) or not _may_have_another(tree, folder, named.module):
        return named.module, named.place
    package = named.module.rpartition(".")[0]
    for path in tree.python:
        if not path.startswith(folder):
            continue
        relative = _module_of(path, folder)
        beside, _, name = relative.rpartition(".")
        is_beside = beside in (package, named.module) and MARK not in tree.texts[path]
        if is_beside and _FOR_SERVERS.fullmatch(name):
            return relative, f"{path}: named for servers"
    return named.module, named.place


def _may_have_another(tree: Tree, folder: str, module: str) -> bool:
    """A module that reads the environment itself is for servers, too, unless its name says something else."""
    if _FOR_DEVELOPERS.search(module.rpartition(".")[2]):
        return True
    path = tree.module_file(module, folder)
    return path is None or "SECRET_KEY" not in tree.texts[path] or "environ" not in tree.texts[path]


def applications(tree: Tree, project: Project) -> dict[str, tuple[str, str]]:
    """`wsgi` and `asgi` -> what gunicorn gets, such as shop.wsgi:application, and where it's defined."""
    found: dict[str, tuple[str, str]] = {}
    for kind, path in server_modules(tree, project.folder):
        module = _module_of(path, project.folder)
        for name, value, line in syntax.assigned(tree.parse(path).body):
            if name in ("application", "app") and value is not None:
                found.setdefault(kind, (f"{module}:{name}", f"{path}:{line}"))
    return found
