"""Whether the staging VM has another release of the distribution than production. Pure."""

from understudy.config.model import Config
from understudy.config.releases import RELEASES, of_system
from understudy.parity.capture.value import Capture


def warning(config: Config, target: str, capture: Capture) -> str:
    """A sentence with both names and what to do; "" if the VM follows the capture, or mirrors another target.

    target: whose capture it is; of one of several hosts with `:address`.
    """
    vm, runs = config.vm, capture.entry("os.name") or ""
    name = target.partition(":")[0]
    if name != vm.stands_for or "release" not in vm.model_fields_set or vm.box:
        return ""
    staging = RELEASES[vm.release].system
    if runs in ("", staging):
        return ""
    found = config.targets.get(name)
    refused = ", and no receipt would be accepted there" if found and found.require_receipt else ""
    known = of_system(runs)
    fix = f"set {known}, or leave it out" if known else "no box can be built of that system"
    return (
        f"{target} runs {runs}, the staging VM {staging} (vm.release: {vm.release}){refused}: {fix}"
    )
