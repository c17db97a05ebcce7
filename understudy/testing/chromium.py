"""Options with which Chromium is started here, for tests and for people."""

import os


def options() -> tuple[str, ...]:
    """Those of every start. A proxy would look the site's name up by itself."""
    common = ("--no-first-run", "--no-proxy-server")
    # Chromium has no sandbox for root, and does not start as root without this.
    return (*common, "--no-sandbox") if os.geteuid() == 0 else common
