"""`config`: the whole configuration, one value of it, or the JSON Schema of deploy.yml."""

from dataclasses import replace

from understudy.config import model, origins, words
from understudy.config.origins import Setting
from understudy.paths import Project
from understudy.project import schema_copy
from understudy.report.events import Report
from understudy.report.masking import MASK, SECRET_NAME


def show(project: Project, report: Report, key: str | None) -> None:
    """All values with where each comes from, or that of one key alone. Raises ConfigError for a wrong
    deploy.yml or an unknown key.
    """
    file = project.config_file
    config = model.load(file)
    schema_copy.refresh(project)
    text = file.read_text(encoding="utf-8-sig")
    found = list(map(_masked, origins.settings(config, text, file.name)))
    if key:
        found = origins.chosen(found, key)
    values = [{"key": one.key, "value": one.value, "from": one.origin} for one in found]
    is_one = key == found[0].key
    report.result(
        "config", {"values": values}, _text(found[0]) if is_one else origins.as_yaml(found)
    )


def show_schema(project: Project, report: Report) -> None:
    schema_copy.refresh(project)
    report.say(project.schema.read_text().rstrip())


def _text(one: Setting) -> str:
    return one.value if isinstance(one.value, str) else words.flow(one.value)


def _masked(one: Setting) -> Setting:
    """Also a value that is too short to be masked wherever it appears."""
    *above, name = one.place
    is_secret = "environment" in above and SECRET_NAME.search(name)
    return replace(one, value=MASK) if is_secret else one
