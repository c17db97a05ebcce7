"""`parity:` in deploy.yml: which differences are meant to be, and how alike is alike enough."""

from typing import Annotated

from pydantic import Field, StringConstraints

from understudy.config.base import Strict

RecordingConnection = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Intended(Strict):
    """A difference that is meant to be. path: a pattern, as of a shell."""

    path: RecordingConnection
    reason: RecordingConnection


class Parity(Strict):
    threshold: float = Field(default=95, ge=0, le=100)
    intended: tuple[Intended, ...] = ()
