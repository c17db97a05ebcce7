"""What all parts of deploy.yml have in common."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A part of deploy.yml: an unknown key is a mistake, and nothing changes once it's read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
