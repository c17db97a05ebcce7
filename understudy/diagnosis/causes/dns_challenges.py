"""Certificates by DNS-01: why certbot's plugin did not change the zone, or the issuer did not see it."""

from understudy.diagnosis.rules import Clue, Rule

_NOT_ISSUED = Clue("step", r"https://\S+ has issued no certificate for")
_SECRETS = (
    "ACME_ and the plugin's own key in capitals, e.g. `secrets set ACME_DNS_CLOUDFLARE_API_TOKEN` for "
    "dns_cloudflare_api_token"
)

RULES: tuple[Rule, ...] = (
    Rule(
        "dns-without-credentials",
        (Clue("step", r"has no credentials for certbot's plugin (?P<plugin>dns-[a-z0-9]+)"),),
        "certbot's plugin {plugin} has no credentials on the host",
        f"Set each key that its documentation lists as a secret of the host: {_SECRETS}. Then deploy again.",
    ),
    Rule(
        "dns-credential-missing",
        (Clue("step", r'\* Property "(?P<key>dns_\w+)" not found'), _NOT_ISSUED),
        "certbot's plugin lacks {key}",
        f"It is a secret of the host: {_SECRETS}.",
    ),
    Rule(
        "dns-plugin-missing",
        (Clue("step", r"requested (?P<plugin>dns-\w+) plugin does not appear to be installed"),),
        "certbot's plugin {plugin} is not installed on the host",
        "Provision the host: acme.dns adds its package.",
    ),
    Rule(
        "dns-key-refused",
        (Clue("step", r"(?P<why>The peer didn't (?:like|know) the \w+ we \w+)"), _NOT_ISSUED),
        "the zone's name server refuses the TSIG key: {why}",
        "ACME_DNS_RFC2136_NAME, _SECRET and _ALGORITHM have to be those of the server's own configuration; for "
        '"the time" compare the clocks. Set them again with `secrets set`.',
    ),
    Rule(
        "dns-change-refused",
        (
            Clue(
                "step", r"Received response from server: (?P<why>REFUSED|NOTAUTH|NOTZONE|SERVFAIL)"
            ),
            _NOT_ISSUED,
        ),
        "the zone's name server takes no change of its records: {why}",
        "For BIND: update-policy of the zone must grant the key TXT records below _acme-challenge.",
    ),
    Rule(
        "dns-zone-unknown",
        (
            Clue("step", r"Unable to determine (?:base domain|zone_id) for (?P<name>[\w.-]+)"),
            _NOT_ISSUED,
        ),
        "the DNS provider or server of the credentials has no zone for {name}",
        "The zone must be there, and the credentials must reach it: ACME_DNS_RFC2136_SERVER for an own server, "
        "the token's zones for a provider.",
    ),
    Rule(
        "dns-login-refused",
        (
            Clue(
                "step",
                r"(?P<why>(?:Error determining zone.?id\w*|Error finding domain|Error adding TXT record|"
                r"Unexpected error determining zone \w+)\b.*)",
            ),
            _NOT_ISSUED,
        ),
        "certbot's plugin could not change the zone: {why}",
        "Compare the credentials with the provider's, and whether they may edit this zone. `secrets set` "
        "replaces one.",
    ),
    Rule(
        "dns-record-not-seen",
        (
            Clue(
                "step",
                r"Domain: (?P<name>\S+)\n.*\n +Detail: .*(?:No TXT records? found|Incorrect TXT record|"
                r"looking up TXT for|DNS challenge)",
            ),
        ),
        "the issuer does not see the TXT record that certbot has made for {name}",
        "`dig NS` of the domain must print the servers of that zone. If it does, they take longer: give their "
        "time as acme.dns.propagation, beside acme.dns.plugin.",
    ),
)
