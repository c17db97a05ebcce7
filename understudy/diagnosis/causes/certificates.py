"""Certificates: why an issuer (ACME) gave none, or the host did not take it. By certbot's own words."""

from understudy.diagnosis.rules import Clue, Rule

# What certbot prints of a challenge that failed: the name, then ACME's type and detail.
_FAILED = r"Domain: (?P<name>\S+)\n +Type: +{type}\n +Detail: .*?"
_DNS = (
    "`dig +short A {name}` and `dig +short AAAA {name}` must print this host's public addresses and "
    "no others"
)
# Of understudy-site. An app may fail to reach a server, too.
_NOT_ISSUED = Clue("step", r"(?P<url>https://\S+) has issued no certificate for")
# certbot could not connect: in the words of its library, or in short.
_NOT_REACHED = r"(?:HTTPSConnectionPool\(host='|Requesting )(?P<host>[\w.-]+)(?:'.*|/\S*: ?)"

_NOT_CONNECTED = Clue(
    "step",
    _NOT_REACHED + "(?P<why>Connection refused|timed out|No route to host|Network is unreachable)",
)
_FAILED_ITSELF = Clue("step", r"acme:error:serverInternal|The service is down for maintenance")
_NOT_ISSUED_BY_LETS_ENCRYPT = Clue(
    "step", r"(?P<url>https://[\w.-]*\.letsencrypt\.org/\S*) has issued no certificate for"
)
_STATUS = "Its status: https://letsencrypt.status.io."
_OWN = "The staging VM's own is Pebble, on this machine: its log is .understudy/vm/NAME/issuer/pebble.log."


def _challenge(kind: str, detail: str = "") -> tuple[Clue, ...]:
    return (Clue("step", _FAILED.replace("{type}", kind) + detail),)


RULES: tuple[Rule, ...] = (
    # First: the answer that is printed with it is an old one, and its cause may be gone.
    Rule(
        "certificate-too-early",
        (Clue("step", r"is not asked for .* again before (?P<time>[\d-]+ [\d:]+ UTC)"),),
        "the issuer was asked already, and is not asked again before {time}",
        "Fix what its last answer says, which is printed above, then deploy after that time.",
    ),
    Rule(
        "certificate-name-unknown",
        (
            Clue(
                "step",
                r"(?:NXDOMAIN looking up \S+ for |no valid A records found for |"
                r'could not resolve URL "https?://)(?P<name>[a-z0-9.-]*[a-z0-9])',
            ),
        ),
        "{name} does not resolve: the issuer finds no address for it",
        "Give it an A record (and AAAA, if the host has IPv6) at your DNS provider, then deploy again: "
        f"{_DNS}.",
    ),
    Rule(
        "certificate-port-closed",
        _challenge("connection", "(?:Timeout during connect|Timeout exceeded|i/o timeout)"),
        "the issuer gets no answer at port 80 of {name}",
        "Open TCP port 80 to everyone in the provider's firewall or security group: provisioning has "
        f"opened it on the host itself. {_DNS}.",
    ),
    Rule(
        "certificate-port-refused",
        _challenge("connection", "(?:[Cc]onnection refused|[Nn]o route to host)"),
        "{name} leads to an address where no web server takes connections at port 80",
        f"{_DNS}.",
    ),
    Rule(
        "certificate-other-server",
        _challenge("unauthorized", "(?:[Ii]nvalid response from|Non-200 status|did not match)"),
        "{name} leads to another server: what certbot wrote on this host was not found there",
        f"{_DNS}. A proxy or CDN in front must pass on /.well-known/acme-challenge/ unchanged.",
    ),
    Rule(
        "certificate-caa",
        _challenge("caa"),
        "a CAA record forbids this issuer to issue certificates for {name}",
        "`dig CAA {name}`, and the same for the domains above it, shows it. Add e.g. "
        '`0 issue "letsencrypt.org"` at your DNS provider, or remove the record.',
    ),
    Rule(
        "certificate-limit",
        (Clue("step", r"acme:error:rateLimited"),),
        "the issuer limits how often it issues for these names, and the limit is reached",
        "Its answer says when it may be tried again. For trials, acme.directory: "
        "https://acme-staging-v02.api.letsencrypt.org/directory has far higher limits.",
    ),
    Rule(
        "certificate-name-not-issued",
        (Clue("step", r"acme:error:rejectedIdentifier"),),
        "the issuer issues no certificates for one of the names",
        "A public issuer knows only names below public domains: its answer names the one that it refuses.",
    ),
    Rule(
        "certificate-email",
        (Clue("step", r"acme:error:(?:invalid|unsupported)Contact"),),
        "the issuer does not accept acme.email",
        "Set it to an address of yours that gets mail, or leave it out.",
    ),
    Rule(
        "certificate-terms",
        (Clue("step", r"Terms of Service at (?P<url>\S+?)\.? You must agree"),),
        "the issuer's terms of service are not agreed to",
        "Read them at {url}, then set acme.terms: true.",
    ),
    Rule(
        "certificate-issuer-unresolved",
        (
            Clue(
                "step",
                _NOT_REACHED
                + r"(?P<why>Temporary failure in name resolution|Name or service not known|"
                r"No address associated with hostname)",
            ),
            _NOT_ISSUED,
        ),
        "the host finds no address for the issuer {host}: {why}",
        "`getent hosts {host}` on the host must print one. If other names have none either, the host's DNS "
        "fails: /etc/resolv.conf there names its servers. If they have, {url} is no issuer's directory, or is "
        "one that only another network knows.",
    ),
    Rule(
        "certificate-lets-encrypt-unreachable",
        (_NOT_CONNECTED, _NOT_ISSUED_BY_LETS_ENCRYPT),
        "the host cannot reach Let's Encrypt at {host}: {why}",
        "`curl {url}` on the host shows the same as long as that is so. Either it is down, or the host may not "
        f"connect to it. {_STATUS}",
    ),
    Rule(
        "certificate-issuer-unreachable",
        (_NOT_CONNECTED, _NOT_ISSUED),
        "the host cannot reach the issuer at {host}: {why}",
        "`curl {url}` on the host shows the same as long as that is so. Either the issuer is "
        f"down, or the host may not connect to it. {_OWN}",
    ),
    Rule(
        "certificate-lets-encrypt-down",
        (_FAILED_ITSELF, _NOT_ISSUED_BY_LETS_ENCRYPT),
        "the issuer itself has failed",
        f"Deploy again later. {_STATUS}",
    ),
    Rule(
        "certificate-issuer-down",
        (_FAILED_ITSELF, _NOT_ISSUED),
        "the issuer itself has failed",
        f"Its own log says why. {_OWN}",
    ),
    Rule(
        "certificate-issuers-ca",
        (
            Clue(
                "step",
                r"host='(?P<host>[^']+)'.*CERTIFICATE_VERIFY_FAILED.*(?:local issuer|self.signed certificate)",
            ),
            _NOT_ISSUED,
        ),
        "no CA that the host trusts vouches for the issuer's directory at {host}",
        "An issuer of your own needs acme.ca: the file of its CA. For a public one, something between the host "
        "and the issuer reads along.",
    ),
    Rule(
        "certificate-issuers-time",
        (
            Clue(
                "step",
                r"host='(?P<host>[^']+)'.*CERTIFICATE_VERIFY_FAILED.*(?:not yet valid|has expired)",
            ),
            _NOT_ISSUED,
        ),
        "the certificate of the issuer's directory at {host} is not valid at the time of the host's clock",
        "Compare `date -u` on the host with the right time; `timedatectl` shows whether it is synchronised.",
    ),
    # What a deploy has warned of: of a rehearsal that is its failure.
    Rule(
        "certificate-warned-of",
        (
            Clue(
                "step",
                r"no certificate was issued, for the reason below.*\ncause: (?P<why>.+)\ntry: (?P<advice>.+)",
            ),
        ),
        "{why}",
        "{advice}",
    ),
    Rule(
        "certificate-browser-distrusts",
        (Clue("step", r"(?P<url>https://\S+) is not shown: net::ERR_CERT_AUTHORITY_INVALID"),),
        "no CA that the browser trusts vouches for the certificate of {url}",
        "`{run} status{on}` shows who issued it. If it is self-signed, a deploy says why none was issued. For "
        "a CA of your own, name its file in acme.roots of the target.",
    ),
    Rule(
        "certificate-clock",
        (Clue("step", r"the clock of this host is wrong: it is (?P<now>.*?) here"),),
        "the clock of the host is behind: it is {now} there",
        "`timedatectl set-ntp true` on the host, then deploy again.",
    ),
    Rule(
        "certificate-other-key",
        (Clue("step", r"certificate for (?P<site>\S+) does not fit its key"),),
        "certbot has a certificate and a key on the host that do not belong together",
        "`sudo certbot delete --cert-name {site}` on the host, then deploy again.",
    ),
)
