"""TLS handshakes with a site: which certificate it shows for a name, and whether a client trusts that."""

import ssl
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from understudy.traffic.certificate import Certificate, Handshake, key_digest
from understudy.traffic.client import Endpoint

SECONDS = 10
IN_A_ROW, PAUSE = 10, 0.1


def shake(endpoint: Endpoint, timeout: float = SECONDS) -> Handshake:
    """What the endpoint shows for its server_name; any certificate is accepted."""
    try:
        with closing(replace(endpoint, tls=True, verified=False).connect(timeout)) as connection:
            # It was wrapped by connect().
            shown = connection.getpeercert(binary_form=True)  # type: ignore[attr-defined]
    except OSError as error:
        return Handshake(failure=_reason(error))
    return Handshake(Certificate.of(shown))


def wait_for_other(
    endpoint: Endpoint, before: Certificate | None, seconds: float = SECONDS
) -> Certificate | None:
    """The certificate that the endpoint shows, as soon as IN_A_ROW handshakes have another one than before.

    nginx's old processes may still accept connections for a moment after a reload. After that many seconds
    the last one that was shown.
    """
    deadline = time.monotonic() + seconds
    found, row = None, 0
    while row < IN_A_ROW and time.monotonic() < deadline:
        time.sleep(PAUSE)
        found = shake(endpoint).certificate
        row = row + 1 if found and found != before else 0
    return found


def distrust(endpoint: Endpoint, ca: Path | None = None, timeout: float = SECONDS) -> str:
    """Why a client trusts no such certificate, whatever its names; "" if it does.

    ca: a file with the roots to trust; None for those of this machine.
    """
    name = endpoint.server_name or None
    try:
        context = ssl.create_default_context(cafile=ca)
        context.check_hostname = False
        with (
            closing(replace(endpoint, tls=False).connect(timeout)) as plain,
            context.wrap_socket(plain, server_hostname=name),
        ):
            return ""
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except OSError as error:
        return _reason(error)


def trusted_key(endpoint: Endpoint, timeout: float = SECONDS) -> str:
    """The key's digest of a certificate that a client of a verified endpoint accepts; "" if it does not."""
    try:
        with closing(endpoint.connect(timeout)) as connection:
            # It was wrapped by connect().
            shown = connection.getpeercert(binary_form=True)  # type: ignore[attr-defined]
    except OSError:
        return ""
    return key_digest(shown)


def refusal(endpoint: Endpoint, timeout: float = SECONDS) -> str:
    """Why a client of a verified endpoint refuses its certificate; "" if it accepts it, or got none."""
    try:
        endpoint.connect(timeout).close()
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except OSError:
        # The traffic will show it.
        pass
    return ""


def _reason(error: OSError) -> str:
    # OpenSSL's own word for it, such as TLSV1_UNRECOGNIZED_NAME.
    reason: str | None = getattr(error, "reason", None)
    return (
        (reason or error.strerror or str(error) or type(error).__name__).lower().replace("_", " ")
    )
