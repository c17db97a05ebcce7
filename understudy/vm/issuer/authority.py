"""The certificate of Pebble's own HTTPS, and the CA that vouches for it: made here once for each VM."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from understudy.local.atomic_write import atomic_write
from understudy.local.exclusive_lock import exclusive_lock
from understudy.vm.issuer import settings
from understudy.vm.issuer.files import Files

# Longer than any VM is kept: hosts get the CA when their certificate is asked for.
_DAYS = 3650


def ensure_ca(files: Files) -> None:
    """Makes the CA, unless it is there."""
    if files.ca.exists():
        return
    with exclusive_lock(files.folder):
        if not files.ca.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            name = _name("Understudy, ACME directory of the staging VM")
            made = _signed(_builder(name, name, key, is_ca=True), key, key)
            _write_key(files.ca_key, key)
            # Last: its being there says that the key is.
            atomic_write(files.ca, _pem(made))


def make_certificate(files: Files, *gateways: str) -> None:
    """A certificate for Pebble at these addresses, and at loopback for its management."""
    ca = x509.load_pem_x509_certificate(files.ca.read_bytes())
    ca_key = serialization.load_pem_private_key(files.ca_key.read_bytes(), None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)  # noqa: S101 - made above
    key = ec.generate_private_key(ec.SECP256R1())
    addresses = [x509.IPAddress(ip_address(each)) for each in (*gateways, settings.LOOPBACK)]
    builder = _builder(_name("Pebble"), ca.subject, key, is_ca=False).add_extension(
        x509.SubjectAlternativeName(addresses), critical=False
    )
    _write_key(files.key, key)
    atomic_write(files.certificate, _pem(_signed(builder, key, ca_key)))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, is_ca: bool
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # The VM's clock may be behind.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(_usage(is_ca=is_ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _signed(
    builder: x509.CertificateBuilder,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    return builder.add_extension(issuer, critical=False).sign(signer, hashes.SHA256())


def _usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    file.touch(mode=0o600)
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
