"""How a target's host treats the mails of its site: `mail` of a target in deploy.yml.

`capture`: the host keeps each mail, and sends none on. `off`: mails go where the app sends them.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Literal

from understudy.config.values import off_or_text

CAPTURE = "capture"
Mail = Annotated[Literal["capture", "off"], off_or_text(CAPTURE)]
# A word for the provisioning script. And what keeps the mails, of the distribution.
CAPTURED = "mail=capture"
PACKAGE = "python3-aiosmtpd"
HOST = "127.0.0.1"


def port_of(site: str) -> int:
    """Where a host's catcher listens for the site's mails. provision/61-mail.sh computes the same."""
    return 20000 + int(sha256(site.encode()).hexdigest()[:4], 16) % 10000


def variables(site: str, given: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """The names by which apps know their mail server, with the values for the catcher.

    Those of Django's settings, of django-environ (EMAIL_URL), of Flask-Mail, Flask-Mailman and FastAPI-Mail
    (MAIL_...), and of common templates (SMTP_...). 0 is no for all of their ways to read a flag. given: the
    environment of deploy.yml, whose own text for no is kept: an app may take no other.
    """
    port = str(port_of(site))
    flags = {name: (given or {}).get(name, NO) for name in FLAGS}
    return {
        **dict.fromkeys(_HOST, HOST),
        **dict.fromkeys(("EMAIL_PORT", "MAIL_PORT", "SMTP_PORT"), port),
        **dict.fromkeys(_EMPTY, ""),
        **{name: text if text.lower() in _NO_TEXTS else NO for name, text in flags.items()},
        "EMAIL_URL": f"smtp://{HOST}:{port}",
    }


_HOST = ("EMAIL_HOST", "MAIL_SERVER", "MAIL_HOST", "SMTP_HOST", "SMTP_SERVER")
_EMPTY = (
    *("EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "MAIL_USERNAME", "MAIL_PASSWORD"),
    *("SMTP_USER", "SMTP_USERNAME", "SMTP_PASSWORD"),
)
NO = "0"
_NO_TEXTS = (NO, "", "false", "f", "no", "n", "off", "none")
FLAGS = (
    *("EMAIL_USE_TLS", "EMAIL_USE_SSL", "MAIL_USE_TLS", "MAIL_USE_SSL", "MAIL_STARTTLS"),
    *("MAIL_SSL_TLS", "SMTP_TLS", "SMTP_SSL", "SMTP_USE_TLS", "SMTP_USE_SSL"),
)
