"""Checks of the commit's Python files, which are read and never run: an app that starts a server when it's
imported, and a gunicorn.conf.py.
"""

import ast
from collections.abc import Iterator
from contextlib import suppress

from understudy.config.app import App
from understudy.errors import ConfigError
from understudy.release.commit_facts import CommitFacts

_GUNICORN = "gunicorn.conf.py"
# A size of nginx; gunicorn's is in bytes.
_HEADERS = "app.request_header_size"
# gunicorn's setting -> the key of deploy.yml that sets it.
_KEYS = {
    "workers": "app.workers",
    "worker_class": "app.worker_class",
    "timeout": "app.request_timeout",
    "graceful_timeout": "app.drain_timeout",
    "wsgi_app": "app.module",
    "limit_request_field_size": _HEADERS,
    "raw_env": "app.environment",
}
# Understudy's own gunicorn.conf.py sets these, for the release's socket and the journal.
_SET_HERE = {"bind", "accesslog", "errorlog", "forwarded_allow_ips", "worker_tmp_dir", "daemon"}


def refuse_own_server(app: App, commit: CommitFacts) -> None:
    """Raises ConfigError if importing the app's module calls Flask's app.run(), which never returns."""
    path = app.module.partition(":")[0].replace(".", "/")
    for file in (f"{path}.py", f"{path}/__init__.py"):
        tree = _parse(commit.texts.get(file, ""))
        flasks = {name for name, value in _assigned(tree) if _calls(value, "Flask")}
        for statement in tree.body:
            match statement:
                case ast.Expr(
                    ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="run"))
                ) if name in flasks:
                    raise ConfigError(
                        f"{file}:{statement.lineno}: {name}.run() runs when gunicorn imports the file, "
                        "and never returns",
                        hint=f'Put it below `if __name__ == "__main__":` in {file}, and commit.',
                    )


def ignored_gunicorn_settings(app: App, commit: CommitFacts) -> Iterator[str]:
    """A sentence if the app has a gunicorn.conf.py with other settings than deploy.yml."""
    tree = _parse(commit.texts.get(_GUNICORN, ""))
    hooks = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    theirs = dict(_assigned(tree))
    used = [f"{name}: {key}" for name, key in _KEYS.items() if _differs(app, key, theirs.get(name))]
    lost = sorted(name for name in (*theirs, *hooks) if name not in {*_KEYS, *_SET_HERE})
    if used or lost:
        yield (
            f"the app's {_GUNICORN} is not used: gunicorn gets one of the release's own."
            + (f" Keys of deploy.yml for what it sets: {', '.join(used)}." if used else "")
            + (f" No key sets {', '.join(lost)}." if lost else "")
        )


def _differs(app: App, key: str, value: ast.expr | None) -> bool:
    if value is None:
        return False
    with suppress(ValueError):
        ours = (
            app.request_header_bytes if key == _HEADERS else getattr(app, key.removeprefix("app."))
        )
        return bool(ast.literal_eval(value) != ours)
    return True


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """The names that importing the file assigns, each with its value."""
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _calls(value: ast.expr, name: str) -> bool:
    match value:
        case ast.Call(func=ast.Name(id=called)) | ast.Call(func=ast.Attribute(attr=called)):
            return called == name
    return False


def _parse(text: str) -> ast.Module:
    """An empty module for a file that this Python can't read: the host's Python may know its syntax."""
    with suppress(SyntaxError, ValueError):
        return ast.parse(text)
    return ast.Module(body=[], type_ignores=[])
