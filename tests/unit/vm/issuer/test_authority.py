"""The CA of the ACME directory, made once; Pebble's certificate of it."""

import ssl
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from understudy.vm.issuer import authority
from understudy.vm.issuer.files import Files


def test_ca_is_made_once_and_only_its_owner_reads_the_keys(tmp_path: Path) -> None:
    files = Files(tmp_path / "issuer")
    authority.ensure_ca(files)
    ca = files.ca.read_text()
    authority.ensure_ca(files)
    authority.make_certificate(files, "192.168.56.1")

    assert files.ca.read_text() == ca
    assert {file.stat().st_mode & 0o777 for file in (files.key, files.ca_key)} == {0o600}
    assert "PRIVATE" not in ca


def test_certificate_is_pebbles_at_the_gateway_and_at_loopback(tmp_path: Path) -> None:
    files = Files(tmp_path / "issuer")
    authority.ensure_ca(files)
    authority.make_certificate(files, "192.168.56.1")
    # Fails if the key doesn't fit.
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.certificate, files.key)

    store = Store(x509.load_pem_x509_certificates(files.ca.read_bytes()))
    found = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    for address in ("192.168.56.1", "127.0.0.1"):
        subject = x509.IPAddress(ip_address(address))
        PolicyBuilder().store(store).build_server_verifier(subject).verify(found, [])
