"""The issuer of a VM on another machine: the real Pebble is reached through SSH, and its challenges the tunnel.

The other machine is this one: its ssh forwards a port and runs the program that listens in the VM's network.
"""

from pathlib import Path

import pytest

from tests.programs import vm_network

pytestmark = pytest.mark.needs(
    "pebble", "dnsmasq", "certbot", "unshare", "ip", "systemd-socket-activate", "curl"
)
# As OpenSSH's: with -R, and a command that ends with it.
SSH = """#!{python}
import socket, subprocess, sys, threading

def pump(here, there):
    while piece := here.recv(65536):
        there.sendall(piece)
    there.shutdown(socket.SHUT_WR)

def forward(listener, place):
    while True:
        client, far = listener.accept()[0], socket.create_connection(place)
        for pair in ((client, far), (far, client)):
            threading.Thread(target=pump, args=pair, daemon=True).start()

address, port, host, target = sys.argv[sys.argv.index("-R") + 1].split(":")
listener = socket.create_server((address, int(port)))
threading.Thread(target=forward, args=(listener, (host, int(target))), daemon=True).start()
subprocess.run(["sh", "-c", "exec " + sys.argv[-1]])
"""
CODE = """
import os, socket
from understudy.vm.issuer import pebble

program = folder / "bin" / "ssh"
program.parent.mkdir()
program.write_text(SSH.replace("{python}", sys.executable))
program.chmod(0o755)
os.environ["PATH"] = f"{program.parent}:{os.environ['PATH']}"
project.config_file.write_text('''
app: {name: shop, source: ., module: "shop:app", preset: plain}
vm: {address: 192.168.56.10, host: "ssh://ann@bigbox"}
targets: {vagrant: {domain: shop.test, admin: vagrant, https: auto, disposable: true}}
''')
config = address.load(project)
target = config.target("vagrant")
acme = target.acme
handler = partial(SimpleHTTPRequestHandler, directory=web)
server = ThreadingHTTPServer((target.address, target.web_ports.http), handler)
threading.Thread(target=server.serve_forever, daemon=True).start()

class Vm:
    def __init__(self, *_): pass
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def run(self, argv):
        self.ok = subprocess.run(argv).returncode == 0
        return self

pebble.SshConnection = Vm

def listens():
    try:
        return socket.create_connection(("192.168.56.1", 14000), timeout=1).close() is None
    except OSError:
        return False
"""


def test_certbot_gets_a_certificate_from_the_issuer_here(tmp_path: Path) -> None:
    code = """
with Issuer(project, config) as issuer:
    issuer.start()
    code, output, place = certbot("shop.test")
print(json.dumps([acme.directory, code, output, (place / "fullchain.pem").exists(), listens()]))
"""
    directory, code, output, made, left = vm_network.run(
        f"SSH = '''{SSH}'''\n{CODE}{code}", tmp_path
    )

    assert directory == "https://192.168.56.1:14000/dir"
    assert (code, made) == (0, True), output
    assert not left, "the program that listens in the VM's network has ended"


def test_machine_that_forwards_no_port_is_named(tmp_path: Path) -> None:
    code = """
program.write_text("#!/bin/sh\\necho 'Error: remote port forwarding failed for listen port 20500'; exit 255")
try:
    with Issuer(project, config) as issuer:
        issuer.start()
except pebble.StepFailed as error:
    print(json.dumps([error.summary, error.details, error.hint]))
"""
    summary, details, hint = vm_network.run(f"SSH = '''{SSH}'''\n{CODE}{code}", tmp_path)

    assert summary.startswith("the VM on bigbox does not reach the issuer")
    assert "remote port forwarding failed" in details
    assert "AllowTcpForwarding yes" in hint
