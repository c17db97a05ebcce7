"""Where a host keeps its certificate: targets.*.certificate in deploy.yml."""

from typing import Annotated

from pydantic import StringConstraints

from understudy.config.base import Strict

# As in provision/65-check-nginx.sh: nginx reads these files as root.
CertificatePath = Annotated[
    str,
    StringConstraints(pattern=r"^/etc/(ssl|letsencrypt|nginx)(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$"),
]


class Certificate(Strict):
    """Where the host keeps the certificate chain and its key; they are not deployed."""

    chain: CertificatePath
    key: CertificatePath
