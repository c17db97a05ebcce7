"""The part `secrets` of deploy.yml: those that each host makes for itself. No value is ever in deploy.yml."""

from pydantic import Field

from understudy.config.base import Strict


class Secret(Strict):
    """generate: how many letters and digits it has. Shorter ones could be guessed."""

    generate: int = Field(ge=16, le=1024)
