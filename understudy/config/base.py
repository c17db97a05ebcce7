"""What all parts of deploy.yml have in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic_core import PydanticKnownError

_NUMBERS = (int, float, int | None)
_BOOLEANS = (bool, bool | None)


class Strict(BaseModel):
    """A part of deploy.yml: an unknown key is a mistake, and nothing changes once it's read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def keep_numbers_and_booleans_apart(cls, value: Any, info: ValidationInfo) -> Any:
        """Python takes True as 1."""
        kind = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, bool) and kind in _NUMBERS:
            raise PydanticKnownError("int_type")
        if not isinstance(value, bool) and isinstance(value, int) and kind in _BOOLEANS:
            raise PydanticKnownError("bool_type")
        return value
