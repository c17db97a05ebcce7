"""What all parts of deploy.yml have in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic_core import PydanticKnownError

_NUMBERS = (int, float, int | None)


class Strict(BaseModel):
    """A part of deploy.yml: an unknown key is a mistake, and nothing changes once it's read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def is_no_number_if_it_is_yes(cls, value: Any, info: ValidationInfo) -> Any:
        """Python takes True as 1."""
        field = cls.model_fields.get(info.field_name or "")
        if isinstance(value, bool) and field and field.annotation in _NUMBERS:
            raise PydanticKnownError("int_type")
        return value
