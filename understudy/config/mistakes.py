"""What is wrong in deploy.yml, a line for each mistake: where, about which key, and what is right."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from understudy.config.yaml_text import line_of

# The type of a pydantic error -> the message, with its context filled in. Other types have their own
# message: those of values.py and of the validators here.
_MESSAGES = {
    "missing": "missing",
    "extra_forbidden": "unknown key",
    "invalid_key": "unknown key",
    "string_type": "must be text",
    "string_unicode": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must not be empty",
    "path_type": "must be a path",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "literal_error": "must be {expected}",
    "model_type": "must be a mapping, with a line `key: value` for each key",
    "dict_type": "must be a mapping, with a line `key: value` for each key",
}
# What is wrong is then not the value that was given.
_ABOUT_THE_KEY = {"missing", "extra_forbidden", "invalid_key"}
# Keys that some expect, and what to do instead.
_INSTEAD = {
    (
        "targets",
        "path",
    ): ": an app is deployed to a name of its own, such as shop.example.com, not below "
    "another site's",
    ("services", "mariadb"): ": the app's database is `database: mariadb` under app",
    ("services", "mysql"): ": the app's database is `database: mariadb` under app",
    ("services", "postgresql"): ": the app's database is `database: postgresql` under app",
}
# pydantic's place for the key of a mapping.
_KEY = "[key]"


def validation_error(
    kind: str, text: str, *place: int | str, given: object = None
) -> ValidationError:
    """For a model's validator to raise, about the key at this place in it."""
    issue: Any = {"type": PydanticCustomError(kind, text), "loc": place, "input": given}
    return ValidationError.from_exception_data("", [issue])


def format_errors(
    error: ValidationError, tree: yaml.Node | None, name: str, model: type[BaseModel]
) -> list[str]:
    """A line for each mistake, in the file's order: `deploy.yml:3: app.name: must be … (got 'Shop!')`.

    model: of the whole file, which knows the right keys.
    """
    found = [(line_of(tree, issue["loc"]), issue) for issue in error.errors()]
    return [
        f"{name}:{line}: {_path(issue['loc'])}: {message_for(issue)}{_meant(issue, model)}"
        for line, issue in sorted(found, key=lambda pair: pair[0])
    ]


def message_for(issue: Any) -> str:
    """What a value must be, and what was given. issue: one of ValidationError.errors()."""
    context = issue.get("ctx", {})
    message = _MESSAGES.get(issue["type"], "{message}").format(message=issue["msg"], **context)
    if issue["type"] in _ABOUT_THE_KEY:
        return message
    if issue["type"] == "literal_error":
        message = message.replace("'", "")
    if issue["loc"][-1:] == (_KEY,):
        message = f"the key {message}"
    return f"{message}{_quotes(issue)} (got {_shown(issue['input'])})"


def _meant(issue: Any, model: type[BaseModel]) -> str:
    """The known key that an unknown one resembles, or what to do without it."""
    if issue["type"] != "extra_forbidden":
        return ""
    *place, key = issue["loc"]
    if place and (instead := _INSTEAD.get((str(place[0]), str(key)))):
        return instead
    close = get_close_matches(str(key), _keys(model, place), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _keys(model: type[BaseModel], place: list[int | str]) -> list[str]:
    """The keys of the part of the file at this place; none if it's not known."""
    for part in place:
        field = _fields(model).get(str(part))
        # A name that deploy.yml gives, as of a target, and a place in a list lead to no other model.
        if field is not None:
            found = list(_models(field.annotation))
            if len(found) != 1:
                return []
            model = found[0]
    return list(_fields(model))


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """By their names in deploy.yml."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _path(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place if part != _KEY)


def _quotes(issue: Any) -> str:
    """YAML reads `1.10`, `yes` and `2026-01-02` as something else than a text."""
    is_scalar = not isinstance(issue["input"], list | dict | set | None)
    return ": put it in quotes" if issue["type"] == "string_type" and is_scalar else ""


def _shown(value: object) -> str:
    """What was given helps to find it, but could be long."""
    return "nothing" if value is None else f"{value!r:.60}"
