"""Cases of rules: certificates. The words are certbot's, and those of Let's Encrypt or Pebble."""

from tests.unit.cause_cases.base import HEALTHY, Case, said

_REACHED = (
    "requests.exceptions.{}: HTTPSConnectionPool(host='acme.test', port=443): Max retries exceeded "
)
_LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"


def failed(kind: str, detail: str) -> Case:
    """A challenge that failed."""
    text = (
        f"  Domain: shop.test\n  Type:   {kind}\n  Detail: {detail}\nSome challenges have failed."
    )
    return words(text)


def words(text: str, issuer: str = "https://acme.test/dir") -> Case:
    end = f"understudy-site: {issuer} has issued no certificate for shop.test"
    return Case(said(f"{text}\n{end}"), HEALTHY)


def answered(kind: str, text: str) -> Case:
    return words(f"An unexpected error occurred:\n{text}\ntype: urn:ietf:params:acme:error:{kind}")


CASES = {
    "certificate-name-unknown": failed(
        "dns",
        "DNS problem: NXDOMAIN looking up A for shop.test - check that a DNS record exists for this domain",
    ),
    "certificate-port-closed": failed(
        "connection",
        "192.0.2.7: Fetching http://shop.test/.well-known/acme-challenge/x: Timeout during connect "
        "(likely firewall problem)",
    ),
    "certificate-port-refused": failed(
        "connection",
        "192.0.2.7: Fetching http://shop.test/.well-known/acme-challenge/x: Connection refused",
    ),
    "certificate-other-server": failed(
        "unauthorized",
        "192.0.2.7: Invalid response from http://shop.test/.well-known/acme-challenge/x: 404",
    ),
    "certificate-caa": failed("caa", "CAA record for shop.test prevents issuance"),
    "certificate-limit": answered(
        "rateLimited",
        "There were too many requests of a given type :: too many certificates (5) already issued for this "
        "exact set of identifiers in the last 168h0m0s, retry after 2025-03-01 12:00:00 UTC",
    ),
    "certificate-name-not-issued": answered(
        "rejectedIdentifier",
        'The server will not issue certificates for the identifier :: Cannot issue for "shop.test": Domain '
        "name does not end with a valid public suffix (TLD)",
    ),
    "certificate-email": answered(
        "invalidContact",
        "The provided contact URI was invalid :: contact email has forbidden domain example.com",
    ),
    "certificate-terms": words(
        "Please read the Terms of Service at https://acme.test/terms.pdf. You must agree in order to register "
        "with the ACME server. Do you agree?"
    ),
    "certificate-issuer-unresolved": words(
        _REACHED.format("ConnectionError")
        + 'with url: /dir (Caused by NameResolutionError("<HTTPSConnection object at 0x7f91>: '
        "Failed to resolve 'acme.test' ([Errno -3] Temporary failure in name resolution)\"))"
    ),
    "certificate-issuer-unreachable": words(
        _REACHED.format("ConnectionError")
        + "(Caused by NewConnectionError('<urllib3.connection.HTTPSConnection "
        "object at 0x7f91>: Failed to establish a new connection: [Errno 111] Connection refused'))"
    ),
    "certificate-issuer-down": answered(
        "serverInternal", "The service is down for maintenance or had an internal error."
    ),
    "certificate-lets-encrypt-unreachable": words(
        "ValueError: Requesting acme-v02.api.letsencrypt.org/directory: Connection refused",
        _LETS_ENCRYPT,
    ),
    "certificate-lets-encrypt-down": words(
        "An unexpected error occurred:\nThe service is down for maintenance or had an internal error.",
        _LETS_ENCRYPT,
    ),
    "certificate-warned-of": Case(
        said(
            "no certificate was issued, for the reason below. The site is served with a self-signed one.\n"
            "cause: the host cannot reach the issuer at 172.22.27.1: Connection refused\n"
            "try: `curl https://172.22.27.1:14000/dir` on the host shows the same as long as that is so."
        ),
        HEALTHY,
    ),
    "certificate-browser-distrusts": Case(
        said(
            "selenium.common.exceptions.WebDriverException: Message: https://shop.test/ is not shown: "
            "net::ERR_CERT_AUTHORITY_INVALID"
        ),
        HEALTHY,
    ),
    "certificate-issuers-ca": words(
        _REACHED.format("SSLError") + "(Caused by SSLError(SSLCertVerificationError(1, '[SSL: "
        "CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate')))"
    ),
    "certificate-issuers-time": words(
        _REACHED.format("SSLError") + "(Caused by SSLError(SSLCertVerificationError(1, '[SSL: "
        "CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate is not yet valid')))"
    ),
    "certificate-clock": words(
        "understudy-site: the clock of this host is wrong: it is Wed Jan  1 00:00:00 UTC 2025 here, and the "
        "new certificate begins at Jan  2 00:00:00 2025 GMT; the one before is kept"
    ),
    "certificate-other-key": words(
        "understudy-site: certbot's certificate for shop does not fit its key; the one before is kept"
    ),
    "certificate-too-early": words(
        "understudy-site: https://acme.test/dir is not asked for shop.test again before 2025-03-01 12:00 UTC"
    ),
}
