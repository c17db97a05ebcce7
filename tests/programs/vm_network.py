"""A network of its own for a test: with the addresses of a VM and of this machine in the VM's network.

Both are in one namespace, in which the test's code runs as a program that may listen at port 80. What it prints
as JSON is returned.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import TOP

VM, HERE = "192.168.56.10", "192.168.56.1"
_SETUP = f"ip link set lo up && ip addr add {VM}/24 dev lo && ip addr add {HERE}/24 dev lo"

# To begin the code with: a site's web server at port 80, certbot, and a project with its VM.
PRELUDE = """
import json, subprocess, sys, threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from understudy.config import model
from understudy.paths import Project
from understudy.vm import address
from understudy.vm.issuer import files as issuer_files
from understudy.vm.issuer.pebble import Issuer

folder = Path(sys.argv[1])
project = Project(folder, folder / "deploy.yml")
project.config_file.write_text('''
app: {name: shop, source: ., module: "shop:app", preset: plain}
vm: {address: 192.168.56.10}
targets: {vagrant: {domain: shop.test, admin: vagrant, https: auto, disposable: true}}
''')
config = address.load(project)
acme = config.target("vagrant").acme
files = issuer_files.of_vm(project, config.vm.name)
web = folder / "web"
web.mkdir(exist_ok=True)


def serve():
    handler = partial(SimpleHTTPRequestHandler, directory=web)
    server = ThreadingHTTPServer(("192.168.56.10", 80), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def certbot(*names, own="certbot"):
    place = folder / own
    where = [f"--{one}-dir={place}" for one in ("config", "work", "logs")]
    words = ["certbot", "certonly", "-n", "--webroot", "-w", web, "--agree-tos", "-m", acme.email, *where]
    words += ["--server", acme.directory, "--force-renewal", *(f"-d{name}" for name in names)]
    environment = {"REQUESTS_CA_BUNDLE": str(acme.ca), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr, place / "live" / names[0]
"""


def run(code: str, folder: Path) -> Any:
    """Runs PRELUDE and the code in such a network. Returns what its last line says in JSON."""
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode:
        pytest.skip("this user may make no network of its own here")
    keeps_its_id = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "-rn"]
    script = f'{_SETUP} && exec {sys.executable} -c "$0" "$1"'
    done = subprocess.run(
        [*keeps_its_id, "sh", "-c", script, PRELUDE + code, str(folder)],
        cwd=TOP,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])
