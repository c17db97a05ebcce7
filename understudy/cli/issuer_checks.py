"""doctor's look at what issues the VM's certificates with `https: auto`, and makes a browser trust them."""

import shutil
from collections.abc import Iterator

from understudy.cli.finding import Finding
from understudy.config.model import Config
from understudy.vm.address import TARGET
from understudy.vm.issuer import settings

_PROGRAMS = (settings.PEBBLE, settings.NAME_SERVER, "certutil")


def findings(config: Config) -> Iterator[Finding]:
    """Nothing, if no Pebble is needed. config: with the VM's target."""
    if settings.wants_issuer(config.target(TARGET)):
        missing = [name for name in _PROGRAMS if shutil.which(name) is None]
        seen = f"missing: {', '.join(missing)}" if missing else "Pebble and certutil are installed"
        yield Finding(
            "certificates of the VM", seen, "python deploy.py doctor --fix" if missing else ""
        )
