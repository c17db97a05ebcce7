"""What is wrong with a mail that a site has sent. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from understudy.host.mails import Mail
from understudy.testing.checks.findings import Finding

ADVICE = (
    "`python deploy.py mail` lists the mails that the site has sent, and `mail 1` prints the first."
)
_TEMPLATE = re.compile(r"\{\{.{0,80}?\}\}|\{%.{0,80}?%\}|%\([a-z_]\w*\)s", re.DOTALL)
_EXAMPLES = ("example.com", "example.net", "example.org")
_DEFAULT_SENDERS = {"webmaster@localhost", "root@localhost"}


@dataclass(frozen=True)
class Names:
    """own: at which the site answers. others: of other targets in deploy.yml. https: whether it has HTTPS."""

    own: Collection[str]
    others: Collection[str] = ()
    https: bool = False


def findings(mails: Iterable[Mail], names: Names) -> tuple[Finding, ...]:
    """Each with the mail's subject in place of a page."""
    return tuple(found for mail in mails for found in _of_mail(mail, names))


def _of_mail(mail: Mail, names: Names) -> Iterator[Finding]:
    page = mail.subject or "(no subject)"
    if not mail.subject:
        yield Finding(page, "subject", f"the mail to {', '.join(mail.to)} has no subject")
    if why := _wrong_sender(mail.sender):
        yield Finding(page, "from", why)
    for text in dict.fromkeys(_TEMPLATE.findall(f"{mail.subject}\n{mail.text}\n{mail.html}")):
        yield Finding(page, "template", f"its text has {text!r}: a template that was not filled in")
    hosts = set()
    for link in mail.links:
        host, why = _wrong_link(link, names)
        hosts.add(host)
        if why:
            yield Finding(page, host or link, f"links to {link}: {why}")
    if hosts - {None} and not hosts & set(names.own) and not _all_wrong(mail, names):
        shown = ", ".join(sorted(filter(None, hosts)))
        yield Finding(page, "links", f"none of its links leads to the site, only to {shown}")


def _all_wrong(mail: Mail, names: Names) -> bool:
    """Then each has its own finding."""
    return all(_wrong_link(link, names)[1] for link in mail.links)


def _wrong_sender(sender: str) -> str:
    address = sender.rpartition("<")[2].rstrip("> ")
    if not address:
        return "it has no From"
    if address in _DEFAULT_SENDERS:
        return f"its From is {address}, Django's default: set DEFAULT_FROM_EMAIL (SERVER_EMAIL for errors)"
    host = address.rpartition("@")[2].lower()
    if host == "localhost" or _is_example(host):
        return f"its From is {address}, which no one can answer and relays refuse"
    return ""


def _wrong_link(link: str, names: Names) -> tuple[str | None, str]:
    """The host of a link to a page, and what is wrong; None for the host of other links, such as mailto:."""
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").lower()
    except ValueError:
        return "", "that is no URL"
    if parts.scheme not in ("http", "https"):
        is_relative = not parts.scheme and not link.startswith("#")
        why = "a mail has no address of its own, so a link needs the site's" if is_relative else ""
        return None, why
    return host, _wrong_host(host, parts.scheme, names)


def _wrong_host(host: str, scheme: str, names: Names) -> str:
    if host in names.own:
        by_http = names.https and scheme == "http"
        return "the site has HTTPS, and this is http" if by_http else ""
    if host == "localhost" or host.endswith(".localhost") or _is_address(host):
        return "no reader of the mail gets there"
    if _is_example(host):
        return "the default domain of django.contrib.sites, or of a template"
    if host in names.others:
        return "that is another target of deploy.yml"
    if not host:
        return "it has no host"
    return ""


def _is_example(host: str) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in _EXAMPLES)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
