"""The part `targets` of deploy.yml: where to deploy to."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from understudy.config import certificate as certificates
from understudy.config import topology
from understudy.config.base import Strict
from understudy.config.certificate import Certificate
from understudy.config.checks import a_list
from understudy.config.https import Acme, Hsts, Https, seconds
from understudy.config.mail import CAPTURE, Mail
from understudy.config.mistakes import validation_error
from understudy.config.names import DomainOrEmpty, SiteName, SiteNames, mistakes
from understudy.config.proxies import TrustedProxies
from understudy.config.topology import Hosts, Role
from understudy.config.values import Address, FilePath, Name, VariableName, VariableValue
from understudy.config.web_ports import USUAL, WebPorts

_NOT_OF_FILES = (
    "must go with `https: auto`: no issuer is asked for the files of a `certificate`. "
    "Of `acme` only `roots` counts for them"
)
_NOT_OF_PLAIN_HTTP = (
    "must go with `https: auto`: without it no issuer is asked, and the site has plain HTTP"
)
Addresses = Annotated[tuple[Address, ...], a_list('["192.0.2.7", "192.0.2.8"]')]


class TargetConfig(Strict):
    """A named place to deploy to, one SSH host or several, and what is different about it.

    domain: the first of the site's names. site_names: all of them, `domains` in deploy.yml. address: of its
    one host, "" if it has several or none yet. host_list: `hosts` in deploy.yml, hosts with roles, which share
    their data. max_unavailable: how many hosts may be changed at a time.
    """

    domain: DomainOrEmpty = ""
    site_names: SiteNames = Field(default=(), alias="domains")
    address: Address = ""
    addresses: Addresses = ()
    host_list: Hosts = Field(default=(), alias="hosts")
    max_unavailable: int = Field(default=1, ge=1)
    port: int = Field(default=22, ge=1, le=65535)
    admin: Name = Field(examples=["debian"])
    key: FilePath | None = None
    known_hosts: FilePath | None = None
    https: Https = "off"
    acme: Acme = Field(default=Acme(), description="who issues the certificate of `https: auto`")
    certificate: Certificate | None = None
    hsts: Hsts | None = None
    basic_auth: bool = False
    noindex: bool | None = None
    trusted_proxies: TrustedProxies = ()
    require_clean: bool = False
    disposable: bool = False
    require_receipt: bool = True
    mail: Mail | None = None
    probe: Literal["ssh", "public"] = "ssh"
    web_ports: WebPorts = Field(
        default=USUAL, description="of a host that is reached through a port forward"
    )
    environment: Mapping[VariableName, VariableValue] = {}

    @model_validator(mode="after")
    def have_one_certificate(self) -> Self:
        if self.https == "auto" and self.certificate:
            both = "give either `https: auto` or the files of a certificate"
            raise validation_error("both", both, "certificate")
        return self

    @model_validator(mode="after")
    def have_an_issuer_to_ask(self) -> Self:
        """No one asks an issuer for files, nor for plain HTTP; `roots` says whom visitors of files trust."""
        counts, why = (
            ({"roots"}, _NOT_OF_FILES) if self.certificate else (set[str](), _NOT_OF_PLAIN_HTTP)
        )
        unused = sorted(self.acme.model_fields_set - counts)
        if self.https != "auto" and unused:
            given = getattr(self.acme, unused[0])
            raise validation_error("without_https", why, "acme", unused[0], given=given)
        return self

    @model_validator(mode="after")
    def be_found_by_the_issuer(self) -> Self:
        """By http-01 it asks any one of a name's addresses, and only one host has the answer."""
        several_hosts = len(self.addresses) > 1 or topology.has_several_edges(self.host_list)
        if self.https == "auto" and several_hosts and not self.acme.dns:
            several = (
                "must be off with several hosts: an issuer asks any of them, and one has the answer. "
                "Set `acme.dns`, or put the files of a `certificate` on each host"
            )
            raise validation_error("several_hosts", several, "https", given=self.https)
        return self

    @model_validator(mode="after")
    def have_names(self) -> Self:
        """`domain` is short for a list of one."""
        if self.domain and self.site_names:
            both = "give either `domain` or `domains`"
            raise validation_error("both", both, "domains", given=self.domain)
        if not self.domain and not self.site_names:
            raise validation_error("missing", "missing", "domain")
        names = self.site_names or (SiteName(name=self.domain),)
        for mistake in mistakes(names, by_http_01=self.https == "auto" and not self.acme.dns):
            raise mistake
        return self.model_copy(update={"domain": names[0].name, "site_names": names})

    @model_validator(mode="after")
    def know_each_host_once(self) -> Self:
        given = [one for one in ("address", "addresses", "host_list") if getattr(self, one)]
        if not given and not self.disposable:
            raise validation_error("missing", "missing", "address")
        if len(given) > 1:
            key = "hosts" if self.host_list else "addresses"
            both = f"give either `{given[0]}` or `{key}`"
            raise validation_error("both", both, key, given=self.addresses or None)
        for place, address in enumerate(self.addresses):
            if address in self.addresses[:place]:
                twice = "another host of the target has this address"
                raise validation_error("twice", twice, "addresses", place, given=address)
        for wrong in topology.mistakes(self.host_list):
            raise wrong
        return self

    @model_validator(mode="after")
    def have_https_if_browsers_must(self) -> Self:
        if self.hsts and not self.has_https:
            without = (
                "must go with `https: auto` or a `certificate`: browsers obey it by HTTPS only"
            )
            raise validation_error("without_https", without, "hsts", given=self.hsts)
        return self

    @model_validator(mode="after")
    def let_the_prober_in(self) -> Self:
        if self.basic_auth and self.probe == "public":
            none = (
                "must be ssh with basic_auth: only requests from the host itself need no password"
            )
            raise validation_error("no_password", none, "probe", given=self.probe)
        return self

    @property
    def is_noindex(self) -> bool:
        """Whether search engines are asked to leave the site out: by default where tests may destroy data."""
        return self.disposable if self.noindex is None else self.noindex

    @property
    def captures_mail(self) -> bool:
        """By default where tests may destroy data: there the data may have the addresses of real people."""
        return self.disposable if self.mail is None else self.mail == CAPTURE

    @property
    def hsts_seconds(self) -> int:
        return seconds(self.hsts or "0")

    @property
    def sends_hsts(self) -> bool:
        """Not before it has HTTPS: until its first certificate a site with `https: auto` may be without."""
        return self.hsts is not None and self.has_https

    @property
    def domains(self) -> tuple[str, ...]:
        """The names at which the site answers itself."""
        return tuple(one.name for one in self.site_names if not one.redirect_to)

    @property
    def names(self) -> tuple[str, ...]:
        """All names: those of the certificate."""
        return tuple(one.name for one in self.site_names)

    @property
    def other_names(self) -> Mapping[str, tuple[str, ...]]:
        """Those that only lead elsewhere: where to -> the names."""
        led = [one for one in self.site_names if one.redirect_to]
        return {to: _led_to(to, led) for to in dict.fromkeys(one.redirect_to for one in led)}

    @property
    def origin(self) -> str:
        """The site's URL without a path, at its first name."""
        return self.origins[0]

    @property
    def own_origin(self) -> str:
        """As `origin`, as nginx of this host itself answers: behind a proxy it has no TLS."""
        return self.origin if self.ends_tls else f"http://{self.domain}"

    @property
    def origins(self) -> tuple[str, ...]:
        return tuple(f"{self.scheme}://{name}" for name in self.domains)

    @property
    def scheme(self) -> str:
        return "https" if self.has_https else "http"

    @property
    def has_https(self) -> bool:
        return self.https == "auto" or self.certificate is not None

    @property
    def is_proxy(self) -> bool:
        """Whether this is the host of a proxy, which has no release."""
        return topology.is_proxy(self.host_list, self.address)

    @property
    def balanced(self) -> tuple[str, ...]:
        """The addresses that a proxy passes requests on to."""
        return topology.balanced(self.host_list)

    @property
    def is_behind_proxy(self) -> bool:
        """Whether visitors reach this host through a proxy of the target, which ends their TLS."""
        return bool(topology.in_front(self.host_list, self.address))

    @property
    def believed_proxies(self) -> tuple[str, ...]:
        """Whom nginx of this host believes where a request came from: behind a proxy of the target that proxy,
        and no other. That one believes `trusted_proxies`.
        """
        return topology.in_front(self.host_list, self.address) or self.trusted_proxies

    @property
    def ends_tls(self) -> bool:
        """Whether nginx of this host has the certificate."""
        return self.has_https and self.is_entrance

    @property
    def asks_issuer(self) -> bool:
        """Whether this host gets a certificate from an issuer."""
        return self.https == "auto" and self.is_entrance

    @property
    def may_be_drained(self) -> bool:
        """Whether this is one of several hosts that requests are spread over."""
        return topology.may_be_drained(self.host_list, self.address)

    def certificate_of(self, site: str) -> Certificate | None:
        """Where this host has the site's certificate; None for plain HTTP, and behind a proxy."""
        if not self.ends_tls:
            return None
        return certificates.of_acme(site) if self.https == "auto" else self.certificate

    def hosts(self) -> tuple[Self, ...]:
        """A target for each host that has the site, as if it were the only one."""
        if self.address:
            return (self,)
        addresses = self.addresses or tuple(host.address for host in topology.sites(self.host_list))
        return tuple(map(self.at, addresses)) or (self,)

    def at(self, address: str) -> Self:
        """A target for the host of that address alone. `host_list` stays: it has the hosts beside it."""
        return self.model_copy(update={"address": address, "addresses": ()})

    def proxies(self) -> tuple[Self, ...]:
        """A target for each host that passes visitors' requests on."""
        return tuple(self.at(host.address) for host in topology.proxies(self.host_list))

    def entrances(self) -> tuple[Self, ...]:
        """A target for each host that visitors connect to, also from one of a host behind them."""
        web = tuple(self.at(host.address) for host in self.host_list if host.is_web)
        return self.proxies() or web or self.hosts()

    @property
    def roles(self) -> tuple[Role, ...]:
        """Of the target's one host; all but proxy for a target without `hosts`."""
        own = topology.of_host(self.host_list, self.address)
        return own.roles if own else topology.ALL

    @property
    def is_web(self) -> bool:
        """Whether the target's one host answers requests by a web process of its own."""
        return topology.is_web(self.host_list, self.address)

    @property
    def has_visitors(self) -> bool:
        """Whether visitors or a proxy connect to the target's one host."""
        return topology.has_visitors(self.host_list, self.address)

    @property
    def closed(self) -> Self:
        """The same for a host that no visitor reaches: it needs no certificate and no password."""
        without = {"https": "off", "certificate": None, "hsts": None, "basic_auth": False}
        return self.model_copy(update=without)

    @property
    def without_address(self) -> Self:
        """The same for all hosts of a target."""
        return self.model_copy(update={"address": "", "addresses": (), "host_list": ()})

    @property
    def is_entrance(self) -> bool:
        """Whether visitors connect to this very host."""
        return self.has_visitors and not self.is_behind_proxy


def _led_to(to: str, names: Iterable[SiteName]) -> tuple[str, ...]:
    return tuple(one.name for one in names if one.redirect_to == to)
