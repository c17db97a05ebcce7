"""Which of its configurations an app has on a server, where a variable chooses one by name. Pure."""

import ast
import re
from collections.abc import Iterable

from understudy.project import syntax
from understudy.project.tree import Tree
from understudy.project.values import Deployment, Found
from understudy.project.variables import Read

_CHOOSES = re.compile(
    r"(\w+_)?(CONFIG|CONFIG_NAME|CONFIG_MODE|CONFIGURATION|ENV|ENVIRONMENT|SETTINGS)"
)
_FOR_SERVERS = "production"


def chosen(tree: Tree, reads: Iterable[Read]) -> Deployment:
    """`production`, if a file has a mapping such as {"production": ProductionConfig, "default": …}."""
    place = next(
        (f"{path}:{line}" for path, module in tree.modules.items() for line in _mappings(module)),
        "",
    )
    found = {read.name: read for read in reads if _CHOOSES.fullmatch(read.name)}
    if not place:
        return Deployment()
    return Deployment(
        environment={
            name: Found(_FOR_SERVERS, f"{read.place}, of {place}") for name, read in found.items()
        }
    )


def _mappings(module: ast.Module) -> Iterable[int]:
    for _, value, line in syntax.assigned(module.body):
        entry = syntax.items(value).get(_FOR_SERVERS)
        if entry is not None and syntax.dotted(entry):
            yield line
