"""What the issuer of a target with `https: auto` needs before it is asked."""

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
