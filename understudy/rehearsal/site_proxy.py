"""A proxy on this machine that leads a site's names to its address: for programs that know a URL only."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from understudy.errors import StepFailed
from understudy.rehearsal import proxy_names
from understudy.testing.site import Site

_PACKAGES = Path(__file__).resolve().parents[2]
_SECONDS_TO_START = 20
# Browsers ask a desktop for its proxy before they look at the environment.
_DESKTOP = (
    "XDG_CURRENT_DESKTOP",
    "DESKTOP_SESSION",
    "GNOME_DESKTOP_SESSION_ID",
    "KDE_FULL_SESSION",
)


def resolves(site: Site) -> bool:
    """Whether this machine's name service leads the site's names to its address by itself."""
    if any(site.ports.moved()):
        return False
    try:
        address = _addresses(site.address)
        return all(_addresses(name) & address for name in site.names)
    except OSError:
        return False


def _addresses(name: str) -> set[str]:
    return {str(found[4][0]) for found in socket.getaddrinfo(name, None)}


@contextmanager
def environment(site: Site) -> Iterator[Mapping[str, str]]:
    """This process's environment, for programs that are to find the site by its name. In it they have the
    proxy, unless the name resolves.
    """
    if resolves(site):
        yield os.environ
        return
    with _proxy(site) as port:
        url = f"http://127.0.0.1:{port}"
        ours = {
            **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), url),
            **dict.fromkeys(("no_proxy", "NO_PROXY"), "localhost,127.0.0.1,::1"),
            # Node reads these variables only if it's asked to.
            "NODE_USE_ENV_PROXY": "1",
        }
        yield {name: value for name, value in os.environ.items() if name not in _DESKTOP} | ours


@contextmanager
def _proxy(site: Site) -> Iterator[int]:
    """proxy.py in a process of its own, on a free port."""
    with TemporaryDirectory() as folder, Path(folder, "errors").open("w+") as errors:
        port = Path(folder, "port")
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", "--port", "0"),
                *("--port-file", str(port), "--num-workers", "1", "--num-acceptors", "1"),
                *("--log-level", "ERROR", "--plugins", f"{proxy_names.__name__}.Names"),
            ],
            # In a checkout the modules are found by it.
            cwd=_PACKAGES,
            env={
                **os.environ,
                proxy_names.VARIABLE: json.dumps(_places(site)),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            process_group=0,
        )
        try:
            if (found := _port(process, port)) is None:
                errors.seek(0)
                raise StepFailed(
                    "the proxy that leads commands to the site did not start", errors.read().strip()
                )
            yield found
        finally:
            process.terminate()
            process.wait()
            # It doesn't end its own processes if it was just starting them.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _places(site: Site) -> dict[str, dict[str, object]]:
    return {
        "addresses": dict.fromkeys(site.names, site.address),
        "ports": {str(known): own for known, own in site.ports.moved()},
    }


def _port(process: "subprocess.Popen[bytes]", file: Path) -> int | None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        if file.exists() and (text := file.read_text().split()):
            return int(text[0])
        time.sleep(0.02)
    return None
