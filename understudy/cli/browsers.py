"""The browsers of this machine's user."""

import os
import shutil
import subprocess
import webbrowser
from pathlib import Path

from understudy.report.events import Report
from understudy.testing import chromium as chromium_options
from understudy.testing import trust

# Those that can be given the address of a name: they share Chromium's options. Firefox has no such option.
_CHROMIUM = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    *("brave-browser", "microsoft-edge"),
)
# A browser that can't start ends sooner than this.
_SECONDS = 3


def has_screen() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_url(url: str) -> bool:
    """Opens a page in the user's own browser. Returns whether there is one."""
    return has_screen() and webbrowser.open(url)


def say_why_not(report: Report) -> None:
    """Who asked for a page to open gets its address instead, after this."""
    why = "this machine has no browser" if has_screen() else "no screen here"
    report.warn(f"no browser was started: {why}")


def chromium() -> str | None:
    """The path of Chromium, or of a browser made of it."""
    return next(filter(None, map(shutil.which, _CHROMIUM)), None)


def open_with_rule(
    program: str, url: str, rule: str, profile: Path, roots: Path | None = None
) -> bool:
    """Opens a page in a Chromium with a profile of its own. Returns whether it has started.

    rule: where it finds the site, in the words of --host-resolver-rules. roots: a file with CAs that it
    trusts, too. The window outlives this process.
    """
    profile.mkdir(mode=0o700, parents=True, exist_ok=True)
    argv = [program, *_options(rule, profile), url]
    environment = trust.for_chromium(roots, profile / "home") if roots else None
    quiet = subprocess.DEVNULL
    started = subprocess.Popen(
        argv, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True, env=environment
    )
    try:
        # It ends at once, too, if another window of the same profile opens the page.
        return started.wait(timeout=_SECONDS) == 0
    except subprocess.TimeoutExpired:
        return True


def _options(rule: str, profile: Path) -> list[str]:
    return [
        f"--user-data-dir={profile}",
        f"--host-resolver-rules={rule}",
        "--no-default-browser-check",
        *chromium_options.options(),
    ]
