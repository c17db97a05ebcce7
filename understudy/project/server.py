"""What an app's own gunicorn.conf.py sets that deploy.yml has keys for. Pure."""

import ast

from understudy.project import syntax
from understudy.project.tree import Tree, join
from understudy.project.values import Deployment, Found

# gunicorn's setting -> the key of deploy.yml, and the type of its values.
_KEYS = {"workers": ("workers", int), "timeout": ("request_timeout", int)}


def gunicorn(tree: Tree, folder: str) -> Deployment:
    """The numbers that it gives. Understudy ignores the file, and warns of settings that no key has."""
    path = join(folder, "gunicorn.conf.py")
    module = tree.module(path) or ast.Module(body=[], type_ignores=[])
    app = {}
    for name, value, line in syntax.assigned(module.body):
        key, kind = _KEYS.get(name, ("", int))
        number = syntax.constant(value)
        if key and isinstance(number, kind) and not isinstance(number, bool) and number > 0:
            app[key] = Found(number, f"{path}:{line}")
    return Deployment(app=app)
