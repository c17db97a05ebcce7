"""Warnings and answers of hosts that work at once: equal ones are shown once, with their names. Pure."""

from collections.abc import Iterator, Mapping, Sequence

# In a text: the place of the host's own name.
_NAME = "\0"


class EqualTexts:
    """count: of the hosts. names: address -> how a host is shown. What not all of them have given is kept until
    rest() is asked for.
    """

    def __init__(self, count: int = 0, names: Mapping[str, str] | None = None) -> None:
        self._count, self._names = count, {} if names is None else names
        self._hosts: dict[str, list[str]] = {}

    def add(self, host: str, text: str) -> Iterator[tuple[Sequence[str], str]]:
        """The hosts and the text that can be shown now, if any."""
        if not host or self._count < 2:
            yield [self._names.get(host, host)] if host else [], text
            return
        key = text.replace(host, _NAME)
        hosts = self._hosts.setdefault(key, [])
        if host not in hosts:
            hosts.append(host)
        if len(hosts) == self._count:
            del self._hosts[key]
            yield self._shown(key, hosts)

    def rest(self) -> Iterator[tuple[Sequence[str], str]]:
        """Those that not all hosts have given."""
        yield from (self._shown(key, hosts) for key, hosts in self._hosts.items())
        self._hosts = {}

    def _shown(self, key: str, hosts: Sequence[str]) -> tuple[Sequence[str], str]:
        names = [self._names.get(host, host) for host in hosts]
        return names, key.replace(_NAME, ", ".join(hosts))
