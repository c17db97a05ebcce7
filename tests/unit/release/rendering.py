"""The files that a deploy.yml is rendered to."""

from tests.unit.fakes import TEMPLATES
from understudy.config.model import Config
from understudy.release.render import (
    host_files,
    release_files,
)


def all_files(settings: Config) -> dict[str, str]:
    """The rendered files by their name."""
    target = settings.target("staging")
    files = (
        *release_files(settings, target, "r1", TEMPLATES),
        *host_files(settings, target, TEMPLATES),
    )
    return {file.path.name: file.content for file in files}
