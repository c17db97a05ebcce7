step program that asks services how they are
put 0755 /usr/local/lib/understudy/services <<'CHECK' || true
#!/usr/bin/python3 -I
"""services SITE [NAME | NAME=SECRET]...   prints NAME, a tab and `ok` or what is wrong, for each

Without names: for each that the host has for the site. One that is managed elsewhere has its URL in a secret.
Exit code 1 if something is wrong. Needs the right to read the site's secrets, and prints none of them.
"""

import re
import socket
import ssl
import sys
from io import BufferedRWPair
from pathlib import Path
from urllib.parse import unquote, urlsplit

SECONDS = 5
PORTS = {"redis": 6379, "valkey": 6379, "memcached": 11211, "rabbitmq": 5672}
TLS = {"rediss": 6379, "valkeys": 6379, "amqps": 5671}
# What a URL of the service may begin with.
SCHEMES = {
    "redis": "redis rediss unix",
    "valkey": "redis rediss valkey valkeys unix",
    "memcached": "memcached memcache unix",
    "rabbitmq": "amqp amqps pyamqp",
}


class Wrong(Exception):
    """What is wrong, in words."""


class Url:
    """path: of a local socket, else ""."""

    def __init__(self, service: str, text: str) -> None:
        if service == "memcached" and re.fullmatch(r"[\w.-]+:\d+", text):
            text = f"memcached://{text}"
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            # What stands before a slash or a # is then the host and its port.
            raise Wrong(
                "is no URL: write /, #, ? and @ of a password as %2F, %23, %3F and %40"
            ) from None
        if parts.scheme not in SCHEMES[service].split():
            known = " or ".join(f"{scheme}:" for scheme in SCHEMES[service].split())
            raise Wrong(f"its URL must begin with {known}")
        self.host = parts.hostname or ""
        self.port = port or TLS.get(parts.scheme) or PORTS[service]
        self.path = "" if self.host else parts.path
        self.tls = parts.scheme in TLS
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.name = unquote(parts.path[1:])
        self.place = self.path or f"{self.host}:{self.port}"
        if not self.host and not self.path:
            raise Wrong("its URL has no host")

    def connect(self) -> socket.socket:
        try:
            return self._connect()
        except socket.gaierror:
            raise Wrong(f"no name server knows {self.host}") from None
        except TimeoutError:
            raise Wrong(f"{self.place} does not answer within {SECONDS} s") from None
        except ssl.SSLError as error:
            raise Wrong(f"no TLS with {self.place}: {error.reason or error}") from None
        except OSError as error:
            raise Wrong(f"can't connect to {self.place}: {error.strerror or error}") from None

    def _connect(self) -> socket.socket:
        if self.path:
            link = socket.socket(socket.AF_UNIX)
            link.settimeout(SECONDS)
            link.connect(self.path)
            return link
        link = socket.create_connection((self.host, self.port), SECONDS)
        if self.tls:
            return ssl.create_default_context().wrap_socket(link, server_hostname=self.host)
        return link

    def no_such_server(self) -> Wrong:
        return Wrong(
            f"{self.place} does not answer as it should: is it another server that listens there?"
        )


def ask_redis(url: Url) -> None:
    with url.connect() as link, link.makefile("rwb") as file:
        if url.password:
            log_in(url, file)
        answer = command(url, file, "PING")
        if not answer.startswith("+"):
            raise Wrong(redis_error(url, answer))
        info = command(url, file, "INFO")
    judge_redis(dict(line.split(":", 1) for line in info.splitlines() if ":" in line))


def log_in(url: Url, file: BufferedRWPair) -> None:
    answer = command(url, file, "AUTH", *([url.user] if url.user else []), url.password)
    if answer.startswith("-") and "no password is set" not in answer:
        raise Wrong(f"{url.place} refuses the password")


def redis_error(url: Url, answer: str) -> str:
    kind = answer[1:].partition(" ")[0]
    if kind == "NOAUTH":
        return f"{url.place} wants a password, and the URL has none"
    if kind == "LOADING":
        return "is still reading its data from the disk"
    return FULL_DISK if kind == "MISCONF" else f"{url.place} answers {answer[1:]}"


FULL_DISK = (
    "can't write to its disk, so it refuses all writes. `df -h` on the host shows which disk is full; "
    "once there is room again, it continues by itself"
)


def judge_redis(info: dict[str, str]) -> None:
    """info: what its command INFO answers. Managed ones may not have all of it."""
    if info.get("aof_enabled") == "1" and info.get("aof_last_write_status", "ok") != "ok":
        raise Wrong(FULL_DISK)
    most = int(info.get("maxmemory", 0))
    is_full = most and int(info.get("used_memory", 0)) >= most
    if is_full and info.get("maxmemory_policy") == "noeviction":
        raise Wrong(
            f"its memory is full ({most >> 20} MiB), so it refuses writes: raise `memory` in deploy.yml, "
            "or see what fills it"
        )


def command(url: Url, file: BufferedRWPair, *words: str) -> str:
    """The answer, which begins with - if it is an error."""
    each = "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
    file.write(f"*{len(words)}\r\n{each}".encode())
    file.flush()
    line = file.readline().decode("utf-8", "replace").strip()
    if line[:1] == "$":
        return file.read(int(line[1:]) + 2).decode("utf-8", "replace")
    if line[:1] not in ("+", "-"):
        raise url.no_such_server()
    return line


def ask_memcached(url: Url) -> None:
    with url.connect() as link:
        link.sendall(b"version\r\n")
        if not link.recv(100).startswith(b"VERSION"):
            raise url.no_such_server()


# Class and method of AMQP 0-9-1: https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf
START_OK, TUNE_OK, OPEN, CLOSE = b"\0\x0a\0\x0b", b"\0\x0a\0\x1f", b"\0\x0a\0\x28", b"\0\x0a\0\x32"


def ask_rabbitmq(url: Url) -> None:
    with url.connect() as link, link.makefile("rwb") as file:
        file.write(b"AMQP\0\0\x09\x01")
        file.flush()
        receive(url, file)
        login = f"\0{url.user or 'guest'}\0{url.password or 'guest'}".encode()
        # Without this it would close the connection without a word.
        properties = (
            short("capabilities") + b"F" + long(short("authentication_failure_close") + b"t\x01")
        )
        send(file, START_OK + long(properties) + short("PLAIN") + long(login) + short("en_US"))
        tune = receive(url, file)
        if tune[:4] == CLOSE:
            raise Wrong(f"{url.place} refuses the user or the password")
        send(file, TUNE_OK + tune[4:12])
        # The virtual host of a URL without one, as Celery has it.
        send(file, OPEN + short(url.name or "/") + b"\0\0")
        if receive(url, file)[:4] == CLOSE:
            raise Wrong(f"{url.place} has no virtual host {url.name or '/'} for that user")
        send(file, CLOSE + b"\0\xc8\0\0\0\0\0")
        receive(url, file)


def receive(url: Url, file: BufferedRWPair) -> bytes:
    """The next method with its arguments."""
    head = file.read(7)
    if len(head) < 7 or head[:1] != b"\x01":
        raise url.no_such_server()
    return file.read(int.from_bytes(head[3:7], "big") + 1)


def send(file: BufferedRWPair, method: bytes) -> None:
    file.write(b"\x01\0\0" + long(method) + b"\xce")
    file.flush()


def short(text: str) -> bytes:
    return bytes([len(text.encode())]) + text.encode()


def long(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


ASK = {
    "redis": ask_redis,
    "valkey": ask_redis,
    "memcached": ask_memcached,
    "rabbitmq": ask_rabbitmq,
}


def variables(path: str) -> dict[str, str]:
    """NAME="value" lines, whose quotes are those of the verb secret-set."""
    try:
        text = Path(path).read_text(encoding="utf-8", errors="surrogateescape")
    except (FileNotFoundError, PermissionError):
        return {}
    pairs = (line.partition("=") for line in text.split("\n"))
    return {name: re.sub(r"\\(.)", r"\1", value[1:-1]) for name, _, value in pairs}


def variable(service: str) -> str:
    return f"UNDERSTUDY_{service.upper()}_URL"


def state(service: str, text: str | None) -> str:
    if not text:
        return "there is no URL of it"
    try:
        ASK[service](Url(service, text))
    except Wrong as wrong:
        return str(wrong)
    except TimeoutError:
        return f"does not answer within {SECONDS} s"
    except (OSError, ValueError) as error:
        return f"the connection breaks: {error}"
    return "ok"


def urls(site: str, words: list[str]) -> dict[str, str | None]:
    here, secrets = (variables(f"/srv/{site}/shared/{name}") for name in ("services", "env"))
    pairs = (
        word.partition("=") for word in words or [name for name in ASK if variable(name) in here]
    )
    return {
        name: secrets.get(secret) if secret else here.get(variable(name))
        for name, _, secret in pairs
    }


def main(site: str, *words: str) -> None:
    states = {name: state(name, url) for name, url in urls(site, [*words]).items()}
    for name, text in states.items():
        sys.stdout.write(f"{name}\t{text}\n")
    sys.exit(any(text != "ok" for text in states.values()))


if __name__ == "__main__":
    main(*sys.argv[1:])
CHECK
