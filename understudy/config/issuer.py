"""The issuer of a target with `https: auto`: what it needs before it can be asked."""

from understudy.config.https import LETS_ENCRYPT, LETS_ENCRYPT_STAGING
from understudy.config.target import TargetConfig
from understudy.errors import ConfigError

_TERMS = "https://letsencrypt.org/repository/"


def require_terms(target: TargetConfig, name: str) -> None:
    """Raises ConfigError if Let's Encrypt's terms are not agreed to. name: of the target."""
    is_lets_encrypt = target.acme.directory in (LETS_ENCRYPT, LETS_ENCRYPT_STAGING)
    if target.https == "auto" and is_lets_encrypt and not target.acme.terms:
        raise ConfigError(
            f"targets.{name}: `https: auto` needs `acme.terms: true`: Let's Encrypt issues certificates "
            "only to those who agree to its terms",
            hint=f"Read the Subscriber Agreement at {_TERMS}, then set `acme: {{terms: true}}` for {name}.",
        )


def ca(target: TargetConfig) -> str:
    """The CA of the ACME directory itself, in PEM; "" if any host trusts it. Raises ConfigError if its file
    can't be read.
    """
    file = target.acme.ca
    if target.https != "auto" or file is None:
        return ""
    try:
        return file.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise ConfigError(f"acme.ca: {file} can't be read: {error}") from None
