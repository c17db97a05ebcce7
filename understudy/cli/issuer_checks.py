"""doctor's look at what issues certificates for `https: auto`, and makes a browser trust those of the VM."""

import shutil
from collections.abc import Iterator

from understudy.cli.finding import Finding
from understudy.config import issuer
from understudy.config.model import Config
from understudy.config.target import TargetConfig
from understudy.errors import ConfigError
from understudy.vm.address import TARGET
from understudy.vm.issuer import settings

_PROGRAMS = (settings.PEBBLE, settings.NAME_SERVER, "certutil")


def findings(config: Config) -> Iterator[Finding]:
    """Of the VM, if Pebble issues its certificates, and of each target whose issuer would refuse."""
    yield from _of_vm(config)
    for name, target in config.targets.items():
        if name != TARGET or not settings.wants_issuer(target):
            yield from of_target(name, target)


def _of_vm(config: Config) -> Iterator[Finding]:
    target = config.targets.get(TARGET)
    if target and settings.wants_issuer(target):
        missing = [name for name in _PROGRAMS if shutil.which(name) is None]
        seen = f"missing: {', '.join(missing)}" if missing else "Pebble and certutil are installed"
        yield Finding(
            "certificates of the VM", seen, "python deploy.py doctor --fix" if missing else ""
        )


def of_target(name: str, target: TargetConfig) -> Iterator[Finding]:
    try:
        issuer.require_terms(target, name)
    except ConfigError as error:
        yield Finding(f"certificates of {name}", error.summary, error.hint)
