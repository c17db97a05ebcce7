"""Which of production's settings a container can't have, because its kernel is this machine's."""

from collections.abc import Iterator, Mapping

from understudy.parity.capture.value import Capture
from understudy.parity.drift.container import is_shared
from understudy.vm.mirror import left_out
from understudy.vm.mirror.machine import mebibytes

RELEASE = "release"
_NONE = "no such setting"


def own(settings: Mapping[str, str]) -> Mapping[str, str]:
    """The kernel settings that a container has for itself."""
    return {key: value for key, value in settings.items() if not is_shared(f"sysctl.{key}")}


def differences(capture: Capture, kernel: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each setting that differs.

    kernel: this machine's settings by their names in captures, and under RELEASE its version.
    """
    if (there := capture.entry("os.kernel")) and there != kernel.get(RELEASE):
        yield f"kernel: production has {there}, this machine {kernel.get(RELEASE)}"
    if mebibytes(capture.entry("memory.swap")):
        yield f"swap: production has {capture.entry('memory.swap')}, a container none of its own"
    for key, value in sorted(capture.readable("sysctl").items()):
        wanted = " ".join(value.split())
        if not is_shared(f"sysctl.{key}") or left_out.why(key, left_out.SYSCTL):
            continue
        if wanted and wanted != (here := kernel.get(key, _NONE)):
            yield f"{key}: production has {wanted}, this machine {here}"
