"""The VM's issuer: the real Pebble issues to the real certbot, and ends with the verb."""

import ssl
from pathlib import Path

import pytest
from cryptography import x509

from tests.programs import vm_network
from understudy.vm.issuer import pebble

pytestmark = pytest.mark.needs("pebble", "dnsmasq", "certbot", "unshare", "ip")

# Of the test's own network: other runs on this machine have name servers for the same address.
LEFT = """
def left():
    found = subprocess.run(["ps", "-ww", "-eo", "netns,args"], capture_output=True, text=True).stdout
    here = str(Path("/proc/self/ns/net").stat().st_ino)
    lines = [line.split(None, 1) for line in found.splitlines()]
    return [args for network, args in lines if network == here and args.split()[0] in ("pebble", "dnsmasq")]
"""


def test_certbot_gets_a_certificate_of_a_root_that_is_kept(tmp_path: Path) -> None:
    code = """
serve()
with Issuer(project, config) as issuer:
    issuer.start()
    issuer.start()
    code, output, place = certbot("shop.test", "www.shop.test")
    running = left()
print(json.dumps([code, output, str(place), len(running), left()]))
"""
    code, output, place, running, remain = vm_network.run(LEFT + code, tmp_path)

    assert (code, running, remain) == (0, 2, []), output
    issuer = tmp_path / ".understudy" / "vm" / "understudy" / "issuer"
    roots = x509.load_pem_x509_certificates((issuer / "roots.pem").read_bytes())
    leaf, intermediate = x509.load_pem_x509_certificates(Path(place, "fullchain.pem").read_bytes())
    leaf.verify_directly_issued_by(intermediate)
    intermediate.verify_directly_issued_by(roots[0])
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days in (89, 90)
    assert names.get_values_for_type(x509.DNSName) == ["shop.test", "www.shop.test"]
    ssl.create_default_context(cafile=str(issuer / "roots.pem"))


def test_proxy_of_several_machines_gets_a_certificate(tmp_path: Path) -> None:
    code = """
project.config_file.write_text('''
app: {name: shop, source: ., module: "shop:app", preset: plain}
vm: {address: 192.168.56.10, topology: production}
targets:
  vagrant: {domain: shop.test, admin: vagrant, https: auto, disposable: true}
  production:
    domain: shop.example.com
    admin: debian
    hosts: [{address: 192.0.2.7, roles: [web]}, {address: 192.0.2.6, roles: [proxy]}]
''')
config = address.load(project)
acme = config.target("vagrant").acme
serve()
with Issuer(project, config) as issuer:
    issuer.ensure()
    code, output, _ = certbot("shop.test")
print(json.dumps([code, output, files.roots.read_text()]))
"""
    code, output, roots = vm_network.run(code, tmp_path)

    assert code == 0, output
    assert "BEGIN CERTIFICATE" in roots


def test_challenge_is_checked(tmp_path: Path) -> None:
    """No certificate for a site that does not answer at its port 80; then the root is not kept."""
    code = """
with Issuer(project, config) as issuer:
    issuer.start()
    trusted = files.roots.read_text()
    code, output, place = certbot("shop.test")
print(json.dumps([code, output, trusted, files.roots.read_text()]))
"""
    code, output, trusted, kept = vm_network.run(code, tmp_path)

    assert code != 0
    assert "shop.test" in output
    assert "BEGIN CERTIFICATE" in trusted
    assert kept == ""


def test_roots_of_earlier_pebbles_stay_trusted(tmp_path: Path) -> None:
    code = """
serve()
for own in ("first", "second"):
    with Issuer(project, config) as issuer:
        issuer.start()
        assert certbot("shop.test", own=own)[0] == 0
print(json.dumps(files.roots.read_text().count("BEGIN CERTIFICATE")))
"""
    assert vm_network.run(code, tmp_path) == 2


def test_second_run_uses_the_pebble_of_the_first(tmp_path: Path) -> None:
    code = """
with Issuer(project, config) as first, Issuer(project, config) as second:
    first.start()
    second.start()
    running = left()
    second.__exit__(None, None, None)
    print(json.dumps([len(running), len(left())]))
"""
    assert vm_network.run(LEFT + code, tmp_path) == [2, 2]


def test_port_that_is_taken_is_named_with_the_end_of_the_log(tmp_path: Path) -> None:
    code = """
import socket, time
from understudy.errors import StepFailed
other = socket.create_server(("192.168.56.1", 14000))
try:
    with Issuer(project, config) as issuer:
        began = time.monotonic()
        issuer.start()
except StepFailed as error:
    took = time.monotonic() - began
    print(json.dumps([error.summary, error.details, error.hint, left(), took]))
"""
    summary, details, hint, remain, took = vm_network.run(LEFT + code, tmp_path)

    # It isn't waited for longer than it runs.
    assert took < pebble.SECONDS_TO_START / 2
    assert "Pebble" in summary
    assert "address already in use" in details
    assert "14000" in hint
    assert remain == []


def test_name_server_that_fails_is_named(tmp_path: Path) -> None:
    code = """
import os
from understudy.errors import StepFailed
(folder / "bin").mkdir()
(folder / "bin" / "dnsmasq").write_text("#!/bin/sh\\necho no memory; exit 5")
(folder / "bin" / "dnsmasq").chmod(0o755)
os.environ["PATH"] = f"{folder / 'bin'}:{os.environ['PATH']}"
try:
    with Issuer(project, config) as issuer:
        issuer.start()
except StepFailed as error:
    print(json.dumps([error.summary, error.details, left()]))
"""
    summary, details, remain = vm_network.run(LEFT + code, tmp_path)

    assert "name server" in summary
    assert (details, remain) == ("no memory", [])


def test_each_challenge_is_checked_also_of_a_name_that_was_checked_before(tmp_path: Path) -> None:
    code = """
serve()
with Issuer(project, config) as issuer:
    issuer.start()
    codes = [certbot("shop.test")[0] for _ in range(3)]
    log = files.log.read_text()
print(json.dumps([codes, log.count("Attempting to validate w/ HTTP") // 3]))
"""
    assert vm_network.run(code, tmp_path) == [[0, 0, 0], 3]


def test_nothing_is_started_while_the_vm_is_down_or_needs_none(tmp_path: Path) -> None:
    code = """
down = config.model_copy(update={"targets": {"vagrant": config.target("vagrant").model_copy(
    update={"address": "10.1.2.3", "acme": acme.model_copy(update={"directory": "https://10.1.2.1:14000/dir"})})}})
off = config.model_copy(update={"targets": {"vagrant": config.target("vagrant").model_copy(
    update={"https": "off"})}})
found = []
for each in (down, off):
    with Issuer(project, each) as issuer:
        issuer.start()
        found.append([issuer.is_needed, left()])
print(json.dumps(found))
"""
    assert vm_network.run(LEFT + code, tmp_path) == [[True, []], [False, []]]
