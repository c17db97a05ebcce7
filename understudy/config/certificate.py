"""Where a host keeps its certificate: targets.*.certificate in deploy.yml."""

from typing import Annotated

from pydantic import Field

from understudy.config.base import Strict
from understudy.config.checks import text

# As in provision/65-check-nginx.sh: nginx reads these files as root.
CertificatePath = Annotated[
    str,
    text(
        r"/etc/(ssl|letsencrypt|nginx)(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+",
        "the path of a file in /etc/ssl, /etc/letsencrypt or /etc/nginx",
        "/etc/ssl/shop/fullchain.pem",
    ),
]


class Certificate(Strict):
    """Where the host keeps the certificate chain and its key; they are not deployed."""

    chain: CertificatePath = Field(description="the certificate and those that it depends on")
    key: CertificatePath = Field(description="its private key")


def of_acme(site: str) -> Certificate:
    """Where a site has the certificate of `https: auto`: provision/70-site-certificate.sh puts it there.

    `live` is a link to a directory with both files, so that one rename(2) replaces them together.
    """
    directory = f"/etc/ssl/understudy/{site}/live"
    return Certificate(chain=f"{directory}/fullchain.pem", key=f"{directory}/privkey.pem")
