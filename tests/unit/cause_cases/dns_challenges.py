"""Cases of rules: certificates by DNS-01. The words are of certbot's plugins, and of Let's Encrypt."""

from tests.unit.cause_cases.base import HEALTHY, Case, said
from tests.unit.cause_cases.certificates import failed, words

CASES = {
    "dns-without-credentials": Case(
        said(
            "understudy-site: shop has no credentials for certbot's plugin dns-ovh on this host; there was "
            "none before"
        ),
        HEALTHY,
    ),
    "dns-credential-missing": words(
        "Missing property in credentials configuration file /x/dns-credentials.ini:\n"
        ' * Property "dns_rfc2136_secret" not found (should be TSIG key secret).'
    ),
    "dns-plugin-missing": words("The requested dns-ovh plugin does not appear to be installed"),
    "dns-key-refused": words(
        "Encountered error when making query: The peer didn't like the signature we sent"
    ),
    "dns-change-refused": words("Received response from server: REFUSED"),
    "dns-zone-unknown": words(
        "Unable to determine base domain for _acme-challenge.shop.test using names: ['shop.test']."
    ),
    "dns-login-refused": words(
        "Error determining zone_id: 6003 Invalid request headers. Please confirm that you have supplied valid "
        "Cloudflare API credentials."
    ),
    "dns-record-not-seen": failed(
        "dns",
        "DNS problem: NXDOMAIN looking up TXT for _acme-challenge.shop.test - check that a DNS record exists",
    ),
}
