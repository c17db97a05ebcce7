"""The part `parity` of deploy.yml: which differences are intended, and how similar is similar enough."""

from typing import Annotated

from pydantic import Field, StringConstraints

from understudy.config.base import Strict
from understudy.config.checks import a_list

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Intended(Strict):
    """A difference that is meant to be. path: a pattern, as of a shell."""

    path: Words = Field(examples=["memory.*"], description="a pattern, as of a shell")
    reason: Words = Field(examples=["the VM is small"], description="why it is meant to be")


_EXAMPLE = '[{path: "memory.*", reason: "the VM is small"}]'


class Parity(Strict):
    """threshold: in percent; a lower parity score is a failure."""

    threshold: float = Field(default=95, ge=0, le=100)
    intended: Annotated[tuple[Intended, ...], a_list(_EXAMPLE)] = ()
