"""What another machine that runs the VM has: asked once, by one script over SSH."""

import platform
from dataclasses import dataclass, fields

from understudy.paths import Project
from understudy.vm.vm_host import VmHost

# The user's own file, to which libvirt appends: one that libvirt makes is for root only.
CONSOLE = "~/.cache/understudy/{name}.console.log"
# `accelerator` is provision/box/accelerator.
_SCRIPT = """
echo "processor $(uname -m)"
if [ ! -e /dev/kvm ]; then echo kvm none
elif [ ! -w /dev/kvm ]; then echo kvm closed
else echo kvm open
fi
echo "user $(id -un)"
mkdir -p ~/.cache/understudy
touch CONSOLE
echo "console $(echo CONSOLE)"
echo "accelerator $(accelerator)"
"""


@dataclass(frozen=True)
class HostFacts:
    """processor: as `uname -m` has it. kvm: none, closed (to the user) or open. accelerator: kvm or qemu.

    console: the path of the VM's log there.
    """

    processor: str
    kvm: str
    user: str
    console: str
    accelerator: str

    def obstacle(self) -> str:
        """Why a box that is built here can't run there, as a clause; "" if it can."""
        here = platform.machine()
        if self.processor != here:
            return f"its processor is {self.processor}, and boxes of this machine are for {here}"
        return ""


def ask(project: Project, host: VmHost, name: str) -> HostFacts:
    """name: the VM's. Raises Unreachable if there is no SSH."""
    program = (project.box_scripts / "accelerator").read_text()
    # A subshell: the program exits, and its `trap` is its own.
    function = f"accelerator() (\n{program}\n)\n"
    return parse(host.run(f"{function}{_SCRIPT.replace('CONSOLE', CONSOLE.format(name=name))}"))


def parse(output: str) -> HostFacts:
    """Pure. Lines of a word and a value; others, such as a greeting's, are left out."""
    known = dict(line.partition(" ")[::2] for line in output.splitlines())
    return HostFacts(**{field.name: known.get(field.name, "") for field in fields(HostFacts)})
