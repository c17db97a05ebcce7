"""Provisioning checks for conflicts before it changes anything: it names them and changes nothing.

The parts of the script run unchanged but for their paths, in a directory that is the host.
"""

import hashlib
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.fakes import TOP

SHIPPED = (
    "server {\n    listen 80 default_server;\n    root /var/www/html;\n    server_name _;\n}\n"
)
SHOP = "server {\n    listen 80;\n    server_name shop.example.com;\n}\n"
STAMP = "var/lib/understudy/todo.provisioned"
# What `nginx -T` prints, of the files that Debian's nginx.conf includes.
NGINX = """
for file in {root}/etc/nginx/conf.d/*.conf {root}/etc/nginx/sites-enabled/*; do
    [ -e "$file" ] || continue
    if grep -q oops "$file"; then echo "unknown directive in $file:1" >&2; exit 1; fi
    [ "$1" != -T ] || {{ echo "# configuration file $file:"; cat "$file"; echo; }}
done
"""
FRAME = """
set -eu
step() {{ :; }}
booted() {{ true; }}
is_check() {{ [ -n "${{CHECK:-}}" ]; }}
service_conflicts() {{ :; }}
exists() {{ [ -e "$1" ] || [ -L "$1" ]; }}
SITE=${{SITE:-todo}} MAIL=${{MAIL:-off}} DATABASE=${{DATABASE:-}} STAMP=new STAMP_FILE={root}/{stamp}
"""


@dataclass(frozen=True)
class Server:
    root: Path

    def conflicts(self, *packages: str, **environment: str) -> list[str]:
        """The conflicts, each without the words that all have in common."""
        text = (TOP / "provision" / "05-conflicts.sh").read_text()
        text = re.sub(
            r"/(etc/nginx|etc/ufw|etc/default|etc/understudy|etc/systemd|usr/sbin)/",
            rf"{self.root}/\1/",
            text,
        )
        frame = FRAME.format(root=self.root, stamp=STAMP)
        done = subprocess.run(
            ["sh", "-c", frame + text, "sh", *packages],
            capture_output=True,
            text=True,
            env={"PATH": f"{self.root}/usr/sbin:{os.environ['PATH']}", **environment},
        )
        assert done.returncode in (0, 3), done.stderr
        refused = done.stderr.splitlines()
        if done.returncode == 3:
            assert refused.pop() == "provision: nothing was changed"
        return [
            line.removeprefix("provision: refused: ").replace(f"{self.root}/", "/")
            for line in refused
        ]

    def file(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def program(self, name: str, text: str) -> None:
        self.file(f"usr/sbin/{name}", f"#!/bin/sh\n{text}\n").chmod(0o755)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """With nginx as Debian installs it, and provisioned at an earlier time."""
    made = Server(tmp_path)
    available = made.file("etc/nginx/sites-available/default", SHIPPED)
    (tmp_path / "etc/nginx/sites-enabled").mkdir()
    (tmp_path / "etc/nginx/sites-enabled/default").symlink_to(available)
    digest = hashlib.md5(SHIPPED.encode(), usedforsecurity=False).hexdigest()
    made.program("dpkg-query", f"echo ' {available} {digest}'")
    made.program("nginx", NGINX.format(root=tmp_path))
    made.program("ss", """echo 'LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=7,fd=5))'""")
    made.file(STAMP, "old")
    return made


def test_fresh_server_has_no_conflict(server: Server) -> None:
    assert server.conflicts("git", "g++", "libpq5") == []
    assert not (server.root / STAMP).exists(), "from here on the host is half provisioned"


@pytest.mark.parametrize("as_link", [True, False])
def test_other_site_in_debians_default_is_refused_and_left(as_link: bool, server: Server) -> None:
    default = server.root / "etc/nginx/sites-enabled/default"
    if not as_link:
        default.unlink()
    default.write_text("# the shop\n" + SHOP)

    [said] = server.conflicts()

    assert said.startswith("/etc/nginx/sites-enabled/default:2: holds a site other")
    assert default.read_text() == "# the shop\n" + SHOP
    assert (server.root / STAMP).read_text() == "old", "the host is as its stamp says"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("server {\n listen 80 default_server;\n server_name a.example;\n}", ":2: listens"),
        ("server {\n listen [::]:80 default_server;\n server_name a.example;\n}", ":2: listens"),
        ("server {\n server_name a;\n listen *:80\n  default;\n}", ":3: listens"),
        ("server { listen 0.0.0.0:80 reuseport default_server; }", ":1: listens"),
        ("# x\nserver\n{\n listen 80;\n}", ":2: answers"),
        ("server {\n return 200 x;\n}", ":1: answers"),
        ('server {\n server_name _ "";\n location / { return 200 x; }\n}', ":1: answers"),
        (f"{SHOP}\nserver {{\n listen 80 default_server;\n}}", ":7: listens"),
        # None of these takes requests for the names of others.
        (SHOP, None),
        ("server {\n listen 443 ssl default_server;\n}", None),
        ("server {\n listen 8080 default_server;\n}", None),
        ("server {\n listen 10.0.0.1:80 default_server;\n server_name a.example;\n}", None),
        ("# server { listen 80 default_server; }\n", None),
        ("upstream app {\n server 127.0.0.1:80;\n}", None),
        ("server {\n listen 80; # default_server\n server_name ~^a;\n}", None),
    ],
)
def test_server_that_answers_for_all_names_is_refused_with_file_and_line(
    text: str, said: str | None, server: Server
) -> None:
    server.file("etc/nginx/sites-enabled/other", text)

    refused = server.conflicts()

    assert [line.partition(" at port")[0] for line in refused] == (
        [f"/etc/nginx/sites-enabled/other{said}"] if said else []
    )


@pytest.mark.parametrize("unit", ["shop-api@.service", "shop-api.service", "shop-api.timer"])
def test_name_that_a_process_of_another_site_has_is_refused(unit: str, server: Server) -> None:
    server.file("etc/understudy/shop.units", f"shop-x@.service\n{unit}\n")
    assert server.conflicts(SITE="todo") == []

    [said] = server.conflicts(SITE="shop-api")

    assert said.startswith(f"{unit} is a process or timer of the site shop on this host")


def test_own_catch_all_is_no_conflict(server: Server) -> None:
    part = (TOP / "provision" / "50-nginx.sh").read_text()
    own = part.partition("<<'NGINX'\n")[2].partition("\nNGINX\n")[0]
    assert "default_server" in own
    server.file("etc/nginx/conf.d/understudy.conf", own)

    assert server.conflicts() == []


def test_nginx_that_refuses_its_files_already_is_reported(server: Server) -> None:
    server.file("etc/nginx/conf.d/broken.conf", "oops\n")

    [said] = server.conflicts()

    assert said == "nginx -t fails already: unknown directive in /etc/nginx/conf.d/broken.conf:1"


@pytest.mark.parametrize("name", ["apache2", "caddy", "docker-proxy"])
def test_process_that_has_port_80_is_named(name: str, server: Server) -> None:
    line = f'LISTEN 0 511 *:80 *:* users:(("{name}",pid=412,fd=4),("{name}",pid=9,fd=4))'
    server.program("ss", f"echo '{line}'")

    [said] = server.conflicts()

    assert said.startswith(f"port 80 is taken by {name} (process 412)")


def test_nginx_of_a_container_conflicts(server: Server) -> None:
    (server.root / "usr/sbin/nginx").unlink()

    [said] = server.conflicts()

    assert said.startswith("port 80 is taken by nginx (process 7)")


@pytest.mark.parametrize(
    "name", ["nginx-", "-oDebug", "nginx=1.22", "nginx/sid", "Nginx", "ngin*", "+x", "a b", ""]
)
def test_text_that_is_not_a_package_name_is_refused(name: str, server: Server) -> None:
    assert server.conflicts("git", name) == [f"'{name}' is not a package name"]


def test_all_conflicts_are_named_at_once(server: Server) -> None:
    server.file("etc/nginx/sites-enabled/other", "server { listen 80 default_server; }")
    server.program("ss", """echo 'LISTEN 0 1 *:80 *:* users:(("caddy",pid=1,fd=4))'""")

    assert len(server.conflicts("nginx-")) == 3


def test_check_keeps_the_stamp(server: Server) -> None:
    assert server.conflicts(CHECK="1") == []
    assert (server.root / STAMP).read_text() == "old"


ACCEPT = "-A ufw-user-input {} -j ACCEPT\n"


@pytest.mark.parametrize(
    ("rules", "refused"),
    [
        (ACCEPT.format("-p tcp --dport 22"), True),
        (ACCEPT.format("-p udp --dport 80").replace("ACCEPT", "DROP"), True),
        (ACCEPT.format("-p tcp -m multiport --dports 8080,443"), True),
        (ACCEPT.format("-p udp"), True),
        (ACCEPT.format("-p tcp --dport 80"), False),
        (ACCEPT.format("-p tcp -m multiport --dports 80,443"), False),
        (ACCEPT.format("-s 10.0.0.5"), False),
        ("-A ufw-user-input -p tcp --dport 80 -j ufw-user-limit-accept\n", False),
    ],
)
def test_active_ufw_must_let_visitors_in(server: Server, rules: str, refused: bool) -> None:
    server.file("etc/ufw/ufw.conf", "# ufw\nENABLED=yes\n")
    server.file("etc/default/ufw", 'DEFAULT_INPUT_POLICY="DROP"\n')
    server.file("etc/ufw/user.rules", rules)

    found = server.conflicts()

    assert any("ufw allow 80,443/tcp" in line for line in found) == refused


@pytest.mark.parametrize(("enabled", "policy"), [("ENABLED=no", "DROP"), ("ENABLED=yes", "ACCEPT")])
def test_ufw_that_closes_nothing_is_no_conflict(server: Server, enabled: str, policy: str) -> None:
    server.file("etc/ufw/ufw.conf", f"{enabled}\n")
    server.file("etc/default/ufw", f'DEFAULT_INPUT_POLICY="{policy}"\n')
    server.file("etc/ufw/user.rules", "")
    assert server.conflicts() == []


@pytest.mark.parametrize(
    ("version", "refused"),
    [
        ("sudo-rs 0.2.5", True),
        ("sudo-rs 0.2.12", True),
        ("sudo-rs 0.2.13", False),
        ("sudo-rs 0.3.0", False),
        ("Sudo version 1.9.13p3", False),
    ],
)
def test_sudo_must_know_rules_with_any_arguments(
    server: Server, version: str, refused: bool
) -> None:
    # sudo-rs prints it on standard error.
    server.program("sudo", f"echo '{version}' >&2")
    assert any("sudo-rs before 0.2.13" in line for line in server.conflicts()) == refused


@pytest.mark.parametrize(
    ("mail", "other", "own", "words"),
    [
        ("capture", "off", None, "the site shop sends its mails from this host"),
        ("off", "capture", None, "captures the mails of the site shop and sends none"),
        ("capture", "capture", None, None),
        ("off", "off", None, None),
        # On the way from the one to the other, a site after another.
        ("off", "capture", "capture", None),
        ("capture", None, "off", None),
    ],
)
def test_sites_of_a_host_agree_on_what_becomes_of_mails(
    server: Server, mail: str, other: str | None, own: str | None, words: str | None
) -> None:
    server.program("ss", "")
    for site, value in (("shop", other), ("todo", own)):
        if value:
            server.file(f"etc/understudy/{site}.mail", f"{value}\n")

    found = server.conflicts(MAIL=mail)

    assert [words in line for line in found if words] == ([True] if words else [])
    assert bool(found) == bool(words)


def test_port_of_the_catcher_must_be_free_unless_it_is_the_catchers(server: Server) -> None:
    server.program("ss", 'case "$*" in *:24623*) echo LISTEN ;; esac')

    [found] = server.conflicts(MAIL="capture")
    assert "port 24623 is taken" in found
    assert server.conflicts(MAIL="off") == []

    server.file("etc/systemd/system/understudy-mail-todo.socket", "")
    assert server.conflicts(MAIL="capture") == []


@pytest.mark.parametrize(
    ("database", "tables", "refused"),
    [("10.0.0.9", "3", True), ("10.0.0.9", "0", False), ("", "3", False), ("10.0.0.9", "", False)],
)
def test_data_of_a_site_is_not_left_behind(
    database: str, tables: str, refused: bool, server: Server
) -> None:
    """tables: that its database on this host has; "" without a database."""
    server.program("psql", "exit 1")
    server.program("getent", "echo postgres")
    server.program("runuser", f"echo {tables}" if tables else "exit 2")

    found = server.conflicts(DATABASE=database)

    words = (
        "this host has a database todo with 3 tables, and deploy.yml has it on 10.0.0.9: its data does not "
        "move by itself. docs/topology.md shows how to move it"
    )
    assert found == ([words] if refused else [])
