"""Logins for private package indexes, for the programs that this process starts meanwhile.

pip and uv read them from a netrc file that only this user can read. So no value is among the words of a
command, which every user of this machine can see, or in a URL, which logs show.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from understudy.errors import ConfigError

# What PyPI, and most servers like it, call the user of a token.
_TOKEN = "__token__"  # noqa: S105


@contextmanager
def logged_in(secrets: Mapping[str, str]) -> Iterator[None]:
    """secrets: host of an index -> name of the variable in this process's environment with the password, the
    token, or `user:password`.

    Raises ConfigError if one is not set. The logins of the user's own netrc stay.
    """
    if not secrets:
        yield
        return
    lines = [_line(host, name) for host, name in secrets.items()]
    before = os.environ.get("NETRC")
    own = Path(before or "~/.netrc").expanduser()
    with TemporaryDirectory() as directory:
        file = Path(directory) / "netrc"
        file.touch(mode=0o600)
        file.write_text("".join(lines) + (own.read_text() if own.is_file() else ""))
        os.environ["NETRC"] = str(file)
        try:
            yield
        finally:
            os.environ.pop("NETRC")
            if before is not None:
                os.environ["NETRC"] = before


def _line(host: str, name: str) -> str:
    value = os.environ.get(name, "")
    user, colon, password = value.partition(":")
    if not colon:
        user, password = _TOKEN, value
    if not value or not re.fullmatch(r"[^\s\"'\\#]+", user + password):
        raise ConfigError(
            f"{name} in the environment is {'not set' if not value else 'no password for a netrc file'}",
            hint=f"app.index_secrets in deploy.yml names it for {host}. Set it to the index's token, or to "
            "USER:PASSWORD, without blanks, quotes, # and backslashes.",
        )
    return f"machine {host} login {user} password {password}\n"
