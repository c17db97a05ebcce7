"""The JSON Schema of deploy.yml in the project, where editors find it without a network."""

from understudy.local.atomic_write import atomic_write
from understudy.local.private import make_private
from understudy.paths import Project

NAME = "deploy.schema.json"


def refresh(project: Project) -> None:
    """Puts the schema of this Understudy there, if another one is there or none."""
    text = project.schema.read_text()
    copy = project.state / NAME
    if not copy.exists() or copy.read_text() != text:
        make_private(project.state, ())
        atomic_write(copy, text)
