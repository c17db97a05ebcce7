"""How lines about hosts of several begin. Pure."""

from collections.abc import Sequence


def with_host(host: str, text: str) -> str:
    """Each line with the name of its host in front; host: "" if the text is about the whole target."""
    return "\n".join(f"{host}: {line}" for line in text.split("\n")) if host else text


def with_hosts(hosts: Sequence[str], text: str) -> str:
    """As with_host(). The names of several hosts are in front of one line, and above several."""
    names = ", ".join(hosts)
    if len(hosts) < 2 or "\n" not in text:
        return with_host(names, text)
    return "\n".join((f"{names}:", *(f"  {line}" for line in text.split("\n"))))
