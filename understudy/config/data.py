"""The part `data` of deploy.yml: which of production's data is pulled to staging, and how it's anonymised."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from understudy.config.base import Strict
from understudy.config.checks import mistake
from understudy.errors import did_you_mean

Kind = Literal["keep", "null", "email", "name", "hash", "text", "unusable", "fixed", "sql"]
# These come with a text, as in `fixed: "n/a"`.
WITH_TEXT = ("fixed", "sql")
_ALONE = tuple(kind for kind in get_args(Kind) if kind not in WITH_TEXT)
_RULE = f"{', '.join(_ALONE)}, `fixed: TEXT` or `sql: EXPRESSION`"


class Rule(Strict):
    """How a column is anonymised. text: the value of `fixed`, or the expression of `sql`."""

    kind: Kind
    text: str = ""

    @model_validator(mode="before")
    @classmethod
    def from_yaml(cls, given: Any) -> Any:
        if isinstance(given, dict) and len(given) == 1:
            [(kind, text)] = given.items()
            if kind in WITH_TEXT:
                if not isinstance(text, str):
                    raise mistake(f'must have a text after {kind}, for example {{{kind}: "1"}}')
                return {"kind": kind, "text": text}
        # `column: null` is YAML's own null.
        if given is None:
            return {"kind": "null"}
        if isinstance(given, str) and given in _ALONE:
            return {"kind": given}
        raise mistake(f"must be {_RULE}{_meant(given)}")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """As from_yaml() takes them."""
        text = {"type": "string", "examples": ["n/a"]}
        one = {"type": "object", "additionalProperties": False, "minProperties": 1}
        with_text = {**one, "maxProperties": 1, "properties": dict.fromkeys(WITH_TEXT, text)}
        return {
            "anyOf": [{"enum": [*_ALONE, None]}, with_text],
            "examples": ["email", {"fixed": "n/a"}],
        }


def _meant(given: Any) -> str:
    return did_you_mean(given, _ALONE) if isinstance(given, str) else ""


def _rows(given: Any) -> Any:
    if given == "drop":
        return None
    if not isinstance(given, dict):
        raise mistake("must be drop, or a rule for each column, for example {email: email}")
    return given


# A rule for each column that needs one; None: its rows stay on production.
TableRules = Annotated[
    Mapping[str, Rule] | None,
    BeforeValidator(
        _rows,
        json_schema_input_type=Annotated[
            Literal["drop"] | Mapping[str, Rule], Field(examples=[{"email": "email"}, "drop"])
        ],
    ),
]
# What becomes of the source's names in a text: its target's own instead of them, or they stay.
Names = Literal["replace", "keep"]
# Tables of a framework that have a site's name, without their schema.
_OF_FRAMEWORKS: Mapping[str, Mapping[str, Names]] = {
    "django_site": {"domain": "replace", "name": "replace"}
}


class Data(Strict):
    """media: the share of the uploaded files that is pulled, from 0 to 1. tables, rewrite: by name, the second
    with what becomes of the site's names in a column.
    """

    media: float = Field(default=0, ge=0, le=1, examples=[0.1])
    tables: Mapping[str, TableRules] = {}
    rewrite: Mapping[str, Mapping[str, Names]] = {}

    def rule(self, table: str, column: str) -> Rule | None:
        return (self.tables.get(table) or {}).get(column)

    def drops(self, table: str) -> bool:
        return table in self.tables and self.tables[table] is None

    def names(self, table: str, column: str) -> Names | None:
        """The rule for the source's names in this column; None: there is none, and they stay."""
        given = self.rewrite.get(table, {}).get(column)
        return given or _OF_FRAMEWORKS.get(table.rpartition(".")[2], {}).get(column)
