"""How a part of deploy.yml makes a kind of value of its own: a check, its message, both in the JSON Schema."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


@dataclass(frozen=True)
class _Text:
    pattern: str
    must_be: str
    examples: tuple[str, ...]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), **self.schema}

    @property
    def schema(self) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": f"^(?:{self.pattern})$",
            # Editors that know deploy.schema.json show it.
            "patternErrorMessage": f"must be {self.must_be}",
            "examples": list(self.examples),
        }

    def _check(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value):
            raise mistake(f"must be {self.must_be}{for_example(self.examples)}")
        return value


def text(pattern: str, must_be: str, *examples: str) -> _Text:
    """A text that the pattern matches as a whole. must_be: the same in words. examples: at least one."""
    return _Text(pattern, must_be, examples)


@dataclass(frozen=True)
class _List:
    example: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        import yaml

        return {**handler(schema), "examples": [yaml.safe_load(self.example)]}

    def _check(self, value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise mistake(f"must be a list, for example {self.example}")
        return value


def a_list(example: str) -> _List:
    """A list of YAML. example: one that is right, as YAML in one line."""
    return _List(example)


def for_example(examples: Iterable[str]) -> str:
    """`, for example daily or "*:0/15"`: as they are written in YAML."""
    shown = " or ".join(map(_as_yaml, examples))
    return f", for example {shown}" if shown else ""


def _as_yaml(example: str) -> str:
    needs_quotes = re.match(r"[*&!|>'\"%@`{\[#?-]", example) or ": " in example
    return json.dumps(example) if needs_quotes else example


def mistake(words: str) -> PydanticCustomError:
    """For a validator to raise. words: what the value must be."""
    # As a template, braces in it would be read as the name of a value.
    return PydanticCustomError("mistake", "{words}", {"words": words})
