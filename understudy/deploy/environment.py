"""The part of a plan that makes an environment of the locked packages. Pure."""

from understudy.commands import files, python
from understudy.deploy.desired import DesiredState, Shipment
from understudy.host.actions import Branching, Run, Send
from understudy.host.facts import ObservedState
from understudy.local.numbers import number_of

_NO_LIBRARY = (
    "Packages that were built for this host link to libraries that it lacks. List their Debian packages "
    "under host.packages in deploy.yml, provision this target, then deploy again."
)


def needed(desired: DesiredState, observed: ObservedState) -> bool:
    return desired.release.lock not in observed.venvs


def actions(desired: DesiredState, shipment: Shipment, observed: ObservedState) -> list[Branching]:
    """None if the host has the environment."""
    if not needed(desired, observed):
        return []
    paths, lock = desired.paths, desired.release.lock
    environment = paths.venvs / lock
    packages = [paths.packages / name for name in shipment.packages]
    make = python.make_environment(
        environment, observed.python, packages, compiled=shipment.compiled
    )
    return [
        *_libraries(shipment),
        *_packages(desired, shipment, observed),
        Run(f"make environment {lock}", make),
    ]


def _libraries(shipment: Shipment) -> list[Run]:
    if not shipment.libraries:
        return []
    check = python.has_libraries(shipment.libraries)
    return [Run("look for the libraries of packages that were built", check, hint=_NO_LIBRARY)]


def _packages(
    desired: DesiredState, shipment: Shipment, observed: ObservedState
) -> list[Branching]:
    missing = set(shipment.packages) - observed.packages
    if not missing:
        return []
    unpack = files.unpack_each(desired.paths.packages, zstd=shipment.zstd)
    return [Send(f"upload {number_of(len(missing), 'package')}", shipment.packages_tars, unpack)]
