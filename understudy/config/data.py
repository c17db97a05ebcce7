"""The part `data` of deploy.yml: which of production's data is pulled to staging, and how it's anonymised."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from understudy.config.base import Strict

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
                return {"kind": kind, "text": text}
        # `column: null` is YAML's own null.
        if given is None:
            return {"kind": "null"}
        if given in _ALONE:
            return {"kind": given}
        raise PydanticCustomError("rule", "must be {rule}", {"rule": _RULE})


def _rows(given: Any) -> Any:
    if given == "drop":
        return None
    if not isinstance(given, dict):
        raise PydanticCustomError("table", "must be drop, or a rule for each column")
    return given


# A rule for each column that needs one; None: its rows stay on production.
TableRules = Annotated[Mapping[str, Rule] | None, BeforeValidator(_rows)]
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

    media: float = Field(default=0, ge=0, le=1)
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
