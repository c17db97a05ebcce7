"""The services of a site: real servers, with the settings and the questions of provisioning."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs.service_site import (
    PASSWORD,
    ServiceSite,
    command,
    free_port,
    redis,
    redis_settings,
)
from tests.unit.fakes import TOP

QUEUE = "redis=for:queue,memory:16M"
CACHE = "redis=for:cache,memory:16M"
needs_redis = pytest.mark.needs("redis-server", "redis-cli")


@pytest.fixture
def site(tmp_path: Path) -> ServiceSite:
    return ServiceSite(tmp_path)


@pytest.fixture
def port() -> int:
    return free_port()


def url(port: int, password: str = PASSWORD) -> str:
    return f"redis://:{password}@127.0.0.1:{port}/0"


def fill(port: int) -> None:
    """24 MiB, by the server itself."""
    script = "for i = 1, 384 do redis.call('SET', 'k' .. i, string.rep('x', 65536)) end"
    command(port, "EVAL", script, "0")


@needs_redis
class TestRedis:
    def test_queue_outlives_a_kill_and_takes_no_more_than_its_memory(
        self, site: ServiceSite, port: int, tmp_path: Path
    ) -> None:
        site.write("services", UNDERSTUDY_REDIS_URL=url(port))
        with redis(QUEUE, port, tmp_path / "data"):
            assert site.ask() == (0, {"redis": "ok"})
            assert command(port, "LPUSH", "tasks", "one") == "1"
        with redis(QUEUE, port, tmp_path / "data"):
            assert command(port, "LRANGE", "tasks", "0", "-1") == "one"
            fill(port)
            assert command(port, "LRANGE", "tasks", "0", "-1") == "one", "nothing was evicted"
            code, states = site.ask()
        assert code == 1
        assert states["redis"].startswith(
            "its memory is full (16 MiB), so it refuses writes: raise"
        )

    def test_cache_forgets_and_writes_nothing(
        self, site: ServiceSite, port: int, tmp_path: Path
    ) -> None:
        site.write("services", UNDERSTUDY_REDIS_URL=url(port))
        with redis(CACHE, port, tmp_path / "data"):
            command(port, "SET", "first", "1")
            fill(port)
            assert command(port, "DBSIZE") != "385"
            assert command(port, "SET", "last", "1") == "OK"
            assert site.ask() == (0, {"redis": "ok"})
        assert [*(tmp_path / "data").iterdir()] == []

    def test_server_listens_on_loopback_and_wants_its_password(
        self, port: int, tmp_path: Path
    ) -> None:
        with redis(QUEUE, port, tmp_path / "data"):
            assert "NOAUTH" in command(port, "PING", password="")
            assert command(port, "CONFIG", "GET", "bind").split()[1:] == ["127.0.0.1"]

    def test_password_that_is_wrong_or_missing_is_named(
        self, site: ServiceSite, port: int, tmp_path: Path
    ) -> None:
        with redis(QUEUE, port, tmp_path / "data"):
            assert site.of("redis", url(port)) == "ok"
            wrong = site.of("redis", url(port, "wrong"))
            assert wrong == f"127.0.0.1:{port} refuses the password"
            none = site.of("redis", f"redis://127.0.0.1:{port}")
            assert none == f"127.0.0.1:{port} wants a password, and the URL has none"

    def test_disk_that_is_full_is_named_and_what_to_do(
        self, site: ServiceSite, port: int, tmp_path: Path
    ) -> None:
        """A limit of file sizes is a full disk to the server."""
        site.write("services", UNDERSTUDY_REDIS_URL=url(port))
        with redis(QUEUE, port, tmp_path / "data") as process:
            limit = ["prlimit", f"--pid={process.pid}", "--fsize=100000:100000"]
            subprocess.run(limit, check=True)
            for _ in range(20):
                command(port, "SET", "k", "x" * 20000)
            code, states = site.ask()
            answer = command(port, "SET", "k", "v")
        assert "MISCONF" in answer
        assert code == 1
        assert states["redis"].startswith(
            "can't write to its disk, so it refuses all writes. `df -h`"
        )


@pytest.mark.needs("memcached")
def test_memcached_is_asked_at_its_socket(site: ServiceSite, tmp_path: Path) -> None:
    place = tmp_path / "socket"
    site.write(
        "services",
        UNDERSTUDY_MEMCACHED=f"unix:{place}",
        UNDERSTUDY_MEMCACHED_URL=f"memcached://{place}",
    )
    with subprocess.Popen(["memcached", "-u", "root", "-s", place, "-a", "0660"]) as process:
        while not place.exists():
            assert process.poll() is None
        assert site.ask() == (0, {"memcached": "ok"})
        process.terminate()
    code, states = site.ask()
    assert code == 1
    assert states["memcached"].startswith(f"can't connect to {place}: ")


@pytest.fixture
def talker(port: int) -> Iterator[list[bytes]]:
    """A server that sends each of these in turn, whatever it is asked."""
    lines: list[bytes] = []
    with socket.create_server(("127.0.0.1", port)) as server:

        def talk() -> None:
            link, _ = server.accept()
            with link:
                for line in lines:
                    link.recv(4096)
                    link.sendall(line)

        thread = threading.Thread(target=talk)
        thread.start()
        yield lines
        thread.join(10)


def frame(method: bytes) -> bytes:
    return b"\x01\0\0" + len(method).to_bytes(4, "big") + method + b"\xce"


# Connection.Start, Tune, OpenOk, Close and CloseOk; see AMQP 0-9-1.
START = frame(b"\0\x0a\0\x0a\0\x09\0\0\0\0\0\0\0\0\0\0\0\0")
TUNE = frame(b"\0\x0a\0\x1e\x07\xff\0\x02\0\0\0\x3c")
OPEN_OK, CLOSE, CLOSE_OK = (
    frame(b"\0\x0a\0" + one) for one in (b"\x29\0", b"\x32\x02\x12", b"\x33")
)


class TestRabbitMq:
    """Against the frames of a real one; the server itself is tested on a guest."""

    @pytest.mark.parametrize(
        ("answers", "state"),
        [
            ([START, TUNE, b"", OPEN_OK, CLOSE_OK], "ok"),
            ([START, CLOSE], "127.0.0.1:{port} refuses the user or the password"),
            (
                [START, TUNE, b"", CLOSE],
                "127.0.0.1:{port} has no virtual host a/b for that user",
            ),
            (
                [b"HTTP/1.1 400 Bad Request\r\n"],
                "127.0.0.1:{port} does not answer as it should: is it another server that listens there?",
            ),
        ],
    )
    def test_is_asked_for_a_login(
        self,
        answers: list[bytes],
        state: str,
        site: ServiceSite,
        port: int,
        talker: list[bytes],
    ) -> None:
        talker[:] = answers

        found = site.of("rabbitmq", f"amqp://shop:{PASSWORD}@127.0.0.1:{port}/a%2Fb")

        assert found == state.format(port=port)


@pytest.mark.parametrize(
    ("service", "text", "state"),
    [
        (
            "redis",
            "redis://:pa/ss@127.0.0.1:1/0",
            "is no URL: write /, #, ? and @ of a password as %2F",
        ),
        ("redis", "http://127.0.0.1", "its URL must begin with redis: or rediss: or unix:"),
        ("redis", "redis:", "its URL has no host"),
        ("redis", "redis://127.0.0.1:1", "can't connect to 127.0.0.1:1: Connection refused"),
        ("redis", "unix:///nowhere/socket", "can't connect to /nowhere/socket: No such file"),
        ("rabbitmq", "amqp://a:b#c@127.0.0.1", "is no URL: write /, #"),
        ("memcached", "127.0.0.1:1", "can't connect to 127.0.0.1:1: Connection refused"),
        ("valkey", "valkey://name.invalid", "no name server knows name.invalid"),
    ],
)
def test_cause_is_named(service: str, text: str, state: str, site: ServiceSite) -> None:
    assert site.of(service, text).startswith(state)


def test_secret_that_is_not_there_is_named(site: ServiceSite) -> None:
    site.write("env", OTHER="x")
    assert site.ask("redis=URL") == (1, {"redis": "there is no URL of it"})


def test_host_without_services_says_nothing(site: ServiceSite) -> None:
    assert site.ask() == (0, {})


def test_server_that_is_no_redis_is_named(
    site: ServiceSite, port: int, talker: list[bytes]
) -> None:
    talker[:] = [b"220 mail.test ESMTP\r\n"]
    found = site.of("redis", f"redis://127.0.0.1:{port}")
    assert found.startswith(f"127.0.0.1:{port} does not answer as it should")


def test_purpose_decides_what_is_kept() -> None:
    queue, cache = (redis_settings(word, 6400).splitlines() for word in (QUEUE, CACHE))
    assert {"maxmemory-policy noeviction", "appendonly yes", "maxmemory 16mb"} <= set(queue)
    assert {"maxmemory-policy allkeys-lru", "appendonly no", "maxmemory 16mb"} <= set(cache)
    assert "bind 127.0.0.1" in queue
    assert "bind 127.0.0.1" in cache


CONFLICTS = r"""
set -eu
SITE=shop ROOT=$1/srv/shop SERVICES=$2
booted() { true; }
object() { echo "$@"; }
systemctl() { echo 1; }
command() { true; }
ss() { echo "LISTEN 0 1 127.0.0.1:1 0.0.0.0:* users:((\"$LISTENER\",pid=77,fd=3))"; }
"""


def conflicts(root: Path, words: str, listener: str = "other") -> list[str]:
    part = (TOP / "provision" / "03-services.sh").read_text()
    text = f"{CONFLICTS}\n{part}\nservice_conflicts"
    environment = {"PATH": "/usr/bin:/bin", "LISTENER": listener}
    done = subprocess.run(
        ["sh", "-c", text, "sh", root, words], capture_output=True, text=True, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


class TestConflicts:
    """On a host with another program at each port."""

    def test_host_without_the_site_has_none(self, tmp_path: Path) -> None:
        assert conflicts(tmp_path, f" {QUEUE} memcached=memory:64M") == []

    def test_port_of_the_site_that_another_program_has_is_named_with_it(
        self, site: ServiceSite
    ) -> None:
        site.write("services", UNDERSTUDY_REDIS_URL=url(6400))
        [line] = conflicts(site.root, f" {QUEUE}")
        assert line.startswith(
            "port 6400, which is that of redis of shop, is taken by other (process 77)."
        )

    def test_rabbitmqs_port_is_its_own(self, tmp_path: Path) -> None:
        [line] = conflicts(tmp_path, " rabbitmq=")
        assert line.startswith("port 5672 is taken by other (process 77)")
        assert conflicts(tmp_path, " rabbitmq=", "beam.smp") == []
