"""`parity:` in deploy.yml: which differences are meant to be, and how alike is alike enough."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Told = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Intended(BaseModel):
    """A difference that is meant to be. path: a pattern, as of a shell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Told
    reason: Told


class Parity(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold: float = Field(default=95, ge=0, le=100)
    intended: tuple[Intended, ...] = ()
