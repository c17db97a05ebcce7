"""A Vagrant, and a virsh or a program for containers, that keep one VM in a few files, and record each call."""

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.unit.fakes import TOP, FakeReport
from understudy.parity.capture import lockfile
from understudy.parity.capture.value import Capture
from understudy.paths import Project
from understudy.vm import address as vm_address
from understudy.vm import new_address
from understudy.vm.machine import Vm

# Its box has nginx. The verb that the file `fails` names prints the file `says` and fails.
VAGRANT = """#!/bin/sh
here=${0%/*}
case "$*" in *lxc*) provider=lxc vm=understudy ;; *) provider=libvirt vm=4f-uuid ;; esac
id=.vagrant/machines/understudy/$provider/id
echo "$1" >>"$here/vagrant-calls"
if [ -e "$here/fails" ] && [ "$1" = "$(cat "$here/fails")" ]; then cat "$here/says" >&2; exit 1; fi
case $1 in
box) version=${4##*-}
	case $4 in *.json) version=${version%.json} ;; *) version=0 ;; esac
	box=$VAGRANT_HOME/boxes/$(echo "$3" | sed 's,/,-VAGRANTSLASH-,')/$version/$provider
	mkdir -p "$box"; echo "${*#box }" >>"$here/boxes-added"
	case $4 in
	*.json) printf 'nginx\\t1.22.1-9\\n' >"$box/packages" ;;
	*libvirt*) ;;
	*) touch "$box/rootfs.tar.gz" ;;
	esac ;;
up) mkdir -p "${id%/*}"; echo "$vm" >"$id"; echo running >"$here/state"; rm -f "$here/asleep"
	list=.understudy/vm/understudy/machines.json
	for name in $(sed -n 's/.*"name": "\\(.*-.*\\)".*/\\1/p' $list 2>/dev/null); do
		mkdir -p ".vagrant/machines/$name/lxc" "$here/$name/snapshots"
		echo "$name" >".vagrant/machines/$name/lxc/id"; echo running >"$here/$name/state"
	done ;;
destroy) rm -rf .vagrant/machines/*/*/id "$here/state" "$here/snapshots/"* "$here/asleep"
	rm -rf "$here"/understudy-* ;;
esac
"""

# A snapshot that isn't empty is broken; each takes a GiB. With the file `insomnia` the VM can't wake.
VIRSH = """#!/bin/sh
cd "${0%/*}"
echo "$3" >>virsh-calls
echo "$2" >>virsh-uris
refuse() { echo "error: $1" >&2; exit 1; }
case $3 in
domstate | dumpxml) [ -e "${3#dom}" ] || refuse "failed to get domain '$4'"; cat "${3#dom}" ;;
snapshot-list) ls snapshots ;;
snapshot-create-as) touch "snapshots/$5" ;;
snapshot-revert)
	[ -e "snapshots/$5" ] && [ ! -s "snapshots/$5" ] || refuse "no good snapshot $5"
	[ ! -e asleep ] || refuse 'there is a managed save image'
	echo running >state ;;
snapshot-delete) rm "snapshots/$5" ;;
domblkinfo) echo " Target   Capacity     Allocation"; echo "-----"
	echo " vda      10737418240  $((1000 + $(ls snapshots | wc -l) * 1073741824))   1000" ;;
dominfo) if [ -e asleep ]; then echo 'Managed save:   yes'; else echo 'Managed save:   no'; fi ;;
managedsave) touch asleep; echo 'shut off' >state ;;
managedsave-remove) rm -f asleep ;;
start) [ ! -e insomnia ] || refuse 'the saved state can not be read'; rm asleep; echo running >state ;;
destroy) echo 'shut off' >state ;;
undefine) rm -f state dumpxml ;;
net-list) ls networks ;;
net-dumpxml) cat "networks/$4" ;;
net-undefine) rm -f "networks/$4" ;;
esac
"""
# As virsh above, in the words of provision/lxc/container.
CONTAINER = """#!/bin/sh
cd "${0%/*}/../../../tools"
echo "$1" >>container-calls
# Of several machines.
case ${2-} in understudy-*) [ ! -d "$2" ] || cd "$2" ;; esac
refuse() { echo "error: $1" >&2; exit 1; }
case $1 in
networks) cat containers 2>/dev/null || true ;;
state) cat state 2>/dev/null || true ;;
snapshots) ls snapshots ;;
save) touch "snapshots/$3" ;;
restore) [ -e "snapshots/$3" ] && [ ! -s "snapshots/$3" ] || refuse "no good snapshot $3"
	echo running >state ;;
delete) rm "snapshots/$3" ;;
disk) echo $((1000 + $(ls snapshots | wc -l) * 1073741824)) ;;
start) [ ! -e insomnia ] || refuse 'the container did not boot within 60 s'; echo running >state ;;
stop | kill) echo 'shut off' >state ;;
origin) cat origin 2>/dev/null || true ;;
remove) rm -f state origin ;;
esac
"""
IP = '#!/bin/sh\ncat "${0%/*}/routes"\n'
# Copies what the box is to take over from production into `like`.
BUILD = """#!/bin/sh
if [ "$1" = --like ]; then rm -rf "${0%/*}/../../like"; cp -r "$2" "${0%/*}/../../like"; shift 2; fi
touch "$2" "${2%.box}.json"
"""
# The archive has nginx in one version.
ARCHIVE = "#!/bin/sh\nprintf 'Package: nginx\\nVersion: 1.22.1-9\\n'\n"


@dataclass
class Machine:
    """directory: temporary. Its folder `tools` has the programs and the VM."""

    directory: Path
    provider: str = "libvirt"
    report: FakeReport = field(default_factory=FakeReport)

    def __post_init__(self) -> None:
        (self.tools / "snapshots").mkdir(parents=True)
        (self.tools / "networks").mkdir()
        _program(self.tools / "ip", IP)
        self.routes()
        _program(self.tools / "vagrant", VAGRANT)
        _program(self.tools / "virsh", VIRSH)
        (self.project.directory / "provision" / "box").mkdir(parents=True)
        _program(self.project.directory / "provision" / "box" / "build", BUILD)
        _program(self.project.directory / "provision" / "box" / "archive", ARCHIVE)
        (self.project.directory / "provision" / "lxc").mkdir()
        _program(self.project.directory / "provision" / "lxc" / "container", CONTAINER)
        (self.project.directory / "provision" / "10-all.sh").write_text("echo all")
        shutil.copytree(
            TOP / "provision" / "box" / "lxc", self.project.directory / "provision" / "box" / "lxc"
        )
        shutil.copyfile(TOP / "Vagrantfile", self.project.directory / "Vagrantfile")
        settings = (TOP / "deploy.yml").read_text()
        assert settings.count("\nvm:") == 1
        self.project.config_file.write_text(
            re.sub(r"\nvm:.*", f"\nvm:\n  provider: {self.provider}", settings)
        )

    @property
    def tools(self) -> Path:
        return self.directory / "tools"

    @property
    def project(self) -> Project:
        directory = self.directory / "project"
        return Project(directory, directory / "deploy.yml", directory)

    def vm(self, **changes: object) -> Vm:
        """The VM by deploy.yml as it is now. changes: of its key `vm`."""
        if not vm_address.kept(self.project, "understudy"):
            with new_address.chosen(self.project):
                pass
        config = vm_address.load(self.project)
        vm = config.vm.model_copy(update=changes)
        return Vm(self.project, config.model_copy(update={"vm": vm}), self.report)

    def capture(self, capture: Capture) -> None:
        """Writes production's capture."""
        file = self.project.directory / "provision" / "production.lock.yml"
        file.write_text(lockfile.dump(capture, "production"))

    def routes(self, *destinations: str) -> None:
        """Sets the routes of this machine, all over eth0."""
        routes = [{"dst": destination, "dev": "eth0"} for destination in ("default", *destinations)]
        (self.tools / "routes").write_text(json.dumps(routes))

    def network(self, name: str, address: str) -> None:
        """A network of libvirt's that leases that address."""
        first = f"{address.rpartition('.')[0]}.1"
        (self.tools / "networks" / name).write_text(
            f"<network>\n  <name>{name}</name>\n  <bridge name='virbr-{name}' stp='off'/>\n"
            f"  <ip address='{first}' netmask='255.255.255.0'>\n    <dhcp>\n"
            f"      <range start='{address}' end='{address}'/>\n"
        )

    @property
    def state(self) -> str:
        file = self.tools / "state"
        return file.read_text().strip() if file.exists() else ""

    def snapshots(self) -> set[str]:
        """The snapshots that the provider has: names of levels, without their keys."""
        return {file.name.rpartition("-")[0] for file in (self.tools / "snapshots").iterdir()}

    def vagrant_calls(self) -> list[str]:
        return self._calls("vagrant-calls")

    def virsh_calls(self) -> list[str]:
        """Without calls about networks: choosing an address makes those."""
        about_networks = {"net-list", "net-dumpxml"}
        return [verb for verb in self._calls("virsh-calls") if verb not in about_networks]

    def boxes_added(self) -> list[str]:
        """The words after `vagrant box`."""
        notes = self.tools / "boxes-added"
        return notes.read_text().splitlines() if notes.exists() else []

    def container_calls(self) -> list[str]:
        """Without calls about networks."""
        return [verb for verb in self._calls("container-calls") if verb != "networks"]

    def _calls(self, name: str) -> list[str]:
        """The verbs since the last look at them."""
        notes = self.tools / name
        found = notes.read_text().splitlines() if notes.exists() else []
        notes.unlink(missing_ok=True)
        return found


def _program(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o755)
