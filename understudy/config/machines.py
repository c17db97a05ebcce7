"""The parts `host` and `vm` of deploy.yml: how every host is provisioned, and the staging VM."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from understudy.config.base import Strict
from understudy.config.checks import a_list, text
from understudy.config.mistakes import validation_error
from understudy.config.releases import ReleaseName
from understudy.config.topology import Role
from understudy.config.values import AddressOrEmpty, Name, Package

Locale = Annotated[
    str, text(r"[A-Za-z]+(_[A-Z]+)?(\.UTF-8)?", "a locale", "C.UTF-8", "de_DE.UTF-8")
]
TimeZone = Annotated[
    str,
    text(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", "a time zone", "Europe/Berlin"),
]


MirrorOrEmpty = Annotated[
    str,
    text(
        r"(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~-]+)*)?",
        "the URL of an archive without a slash at its end",
        "http://ftp.de.debian.org/debian",
    ),
]


# A dash would be an option of Vagrant's.
BoxOrEmpty = Annotated[
    str,
    text(
        r"([A-Za-z0-9./~_][^\s]*)?",
        "a box's name, URL or file",
        "bento/ubuntu-24.04",
    ),
]


# A dash at the start would be an option of ssh's.
MachineOrEmpty = Annotated[
    str,
    text(
        r"(ssh://([A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]{1,5})?)?",
        "the URL of a machine with SSH and libvirt",
        "ssh://ann@bigbox",
        "ssh://ann@bigbox.example:2222",
    ),
]


class Host(Strict):
    """How every host is provisioned."""

    deployer: Name = "deploy"
    locale: Locale = "C.UTF-8"
    timezone: TimeZone = "Etc/UTC"
    packages: Annotated[tuple[Package, ...], a_list('["libpq5"]')] = ()


class Vm(Strict):
    """The staging VM. memory in MiB, snapshots_disk in GiB, boot_timeout in s. stands_for: a target.

    box: one that was built elsewhere; empty: it is built here, of the release. mirror: of the archive that
    it is built from; empty: the distribution's own. topology: one host with all roles, or a machine for each
    host of that target, those with no roles but `fold` on one. host: another machine, which runs it; empty:
    this one.
    """

    name: Name = "understudy"
    provider: Literal["auto", "libvirt", "lxc"] = "auto"
    host: MachineOrEmpty = ""
    box: BoxOrEmpty = ""
    release: ReleaseName = "bookworm"
    mirror: MirrorOrEmpty = ""
    memory: int = Field(default=1024, ge=512)
    cpus: int = Field(default=2, ge=1)
    address: AddressOrEmpty = ""
    boot_timeout: int = Field(default=300, ge=10)
    stands_for: Name = "production"
    topology: Literal["single", "production"] = "single"
    fold: Annotated[tuple[Role, ...], a_list("[worker, database]")] = ()
    snapshots_disk: int = Field(default=4, ge=1)

    @model_validator(mode="after")
    def be_one_virtual_machine_elsewhere(self) -> Self:
        if self.host and self.provider == "lxc":
            here = "must be libvirt or auto with `vm.host`: a container runs on this machine"
            raise validation_error("host", here, "provider", given=self.provider)
        if self.host and self.topology != "single":
            one = "must be single with `vm.host`: only one VM is made on another machine"
            raise validation_error("host", one, "topology", given=self.topology)
        return self
