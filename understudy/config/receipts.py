"""The part `receipts` of deploy.yml: who signs passed rehearsals, and whose signature counts."""

from typing import Annotated, Literal

from pydantic import Field

from understudy.config.base import Strict
from understudy.config.checks import a_list
from understudy.config.values import FilePath


class Receipts(Strict):
    """key: signs receipts on this machine. allowed_signers: whose receipts are accepted, a file as
    ssh-keygen(1) has it. max_age_days: older receipts don't count. providers: of the VM that was
    rehearsed on; any if there are none.
    """

    key: FilePath | None = None
    allowed_signers: FilePath = Field(default="allowed_signers", validate_default=True)
    max_age_days: int = Field(default=7, ge=1, le=365)
    providers: Annotated[tuple[Literal["libvirt", "lxc"], ...], a_list("[libvirt]")] = ()
