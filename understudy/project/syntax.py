"""Small questions about Python's syntax trees. Pure."""

import ast
from collections.abc import Iterator


def dotted(node: ast.AST) -> str:
    """`a.b.c` for that expression, "" for any other."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{before}.{attr}" if (before := dotted(value)) else ""
    return ""


def called(node: ast.AST) -> str:
    """The last name of what a call calls: `Flask` of flask.Flask(); "" if it's no call."""
    return dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def constant(node: ast.AST | None) -> object:
    """The value of a literal; None for anything else, and for None."""
    return node.value if isinstance(node, ast.Constant) else None


def text(node: ast.AST | None) -> str:
    """The text of a literal text, "" for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def texts(node: ast.AST | None) -> list[str]:
    """All literal texts in an expression, in their order."""
    return [text(one) for one in ast.walk(node) if text(one)] if node else []


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def items(node: ast.AST | None) -> dict[str, ast.expr]:
    """The entries of a literal mapping, or of dict(), whose keys are texts."""
    match node:
        case ast.Dict(keys=keys, values=values):
            return {text(key): value for key, value in zip(keys, values, strict=True) if key}
        case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
            return {one.arg: one.value for one in keywords if one.arg}
    return {}


def assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr, int]]:
    """The names that statements assign, each with its value and line."""
    for statement in body:
        match statement:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Name):
                        yield target.id, value, statement.lineno
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value, statement.lineno


def imported(tree: ast.Module) -> dict[str, str]:
    """The names that a file imports -> what they are, such as `os.environ`. Relative ones keep their dots."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update({one.asname or one.name: one.name for one in node.names})
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            separator = "" if module.endswith(".") or not module else "."
            found.update(
                {one.asname or one.name: f"{module}{separator}{one.name}" for one in node.names}
            )
    return found


def absolute(name: str, file: str) -> str:
    """`..base` in a file of the package a.b is `a.base`. file: its path, relative to where names start."""
    dots = len(name) - len(name.lstrip("."))
    if not dots:
        return name
    parts = file.split("/")[:-1]
    kept = parts[: len(parts) - dots + 1]
    return ".".join([*kept, *filter(None, [name.lstrip(".")])])
