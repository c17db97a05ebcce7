"""What a host has that captures its mails, and one that sends them has not: patterns of paths in captures."""

from collections.abc import Iterator

from understudy.config.parity import Intended
from understudy.parity.capture.value import Capture

_TABLE = "firewall.table inet understudy_mail"
_REASON = "the copy captures its mails (`mail: capture`)"
_PATHS = (
    _TABLE,
    *("packages.python3-aiosmtpd", "packages.python3-attr", "packages.python3-*public"),
    *("packages.python3-pkg-resources", "packages.python3-typing-extensions"),
    *("units.understudy-mail*", "unit_files./etc/systemd/system/understudy-mail*"),
    *("users.understudy-mail*", "users.group understudy-mail"),
    # Which it opens at ports that depend on the site's name: understudy/config/mail.py.
    *("ports.tcp 127.0.0.1:25", "ports.tcp 127.0.0.1:2????"),
    "files./etc/nftables.d/understudy-mail.nft",
)


def differences(model: Capture, copy: Capture) -> Iterator[Intended]:
    if copy.entry(_TABLE) and not model.entry(_TABLE):
        yield from (Intended(path=path, reason=_REASON) for path in _PATHS)
