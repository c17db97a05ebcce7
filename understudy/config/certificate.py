"""Where a host keeps its certificate: targets.*.certificate in deploy.yml."""

from typing import Annotated

from understudy.config.base import Strict
from understudy.config.values import text

# As in provision/65-check-nginx.sh: nginx reads these files as root.
CertificatePath = Annotated[
    str,
    text(
        r"/etc/(ssl|letsencrypt|nginx)(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+",
        "the path of a file in /etc/ssl, /etc/letsencrypt or /etc/nginx",
    ),
]


class Certificate(Strict):
    """Where the host keeps the certificate chain and its key; they are not deployed."""

    chain: CertificatePath
    key: CertificatePath
