"""Options with which Chromium is started here, for tests and for people."""

import os

# A proxy would look the site's name up by itself.
COMMON = ("--no-first-run", "--no-proxy-server")


def options() -> tuple[str, ...]:
    """Those of every start on this machine."""
    # Chromium has no sandbox for root, and does not start as root without this.
    return (*COMMON, "--no-sandbox") if os.geteuid() == 0 else COMMON
