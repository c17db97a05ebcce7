"""Root installs nginx files for a deployer that hold only what check-nginx lists.

nginx's master reads its files, opens logs and loads modules as root.
"""

import contextlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs.hostile_nginx import BLOCKS, DANGEROUS
from tests.programs.site_config import (
    OPTIONS,
    load_checker,
    rendered,
    rendered_nginx,
    run_checker,
)

AT_THE_TOP, IN_SERVER, IN_LOCATION, IN_MAP, IN_GEO = (
    "{}\n",
    "server {{\n{}\n}}\n",
    "server {{\nlocation / {{\n{}\n}}\n}}\n",
    "map $host $todo__x {{\n{}\n}}\n",
    "geo $realip_remote_addr $todo__x {{\n{}\n}}\n",
)
PLACES = (AT_THE_TOP, IN_SERVER, IN_LOCATION, IN_MAP, IN_GEO)


def refusal(content: str) -> str | None:
    """The reason to refuse the content, or None. In this process, because it runs thousands of times."""
    checker = load_checker("check-nginx")
    try:
        checker.check("todo", content)
    except checker.Refused as refused:
        return str(refused)
    return None


@pytest.mark.parametrize("name", OPTIONS)
def test_rendered_template_is_allowed(name: str, tmp_path: Path) -> None:
    answer = run_checker("check-nginx", rendered(*OPTIONS[name])[0], tmp_path)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


@pytest.mark.parametrize("directive", DANGEROUS)
def test_directive_that_reaches_further_is_refused_wherever_it_is(directive: str) -> None:
    assert all(refusal(place.format(f"{directive};")) for place in PLACES)


@pytest.mark.parametrize("block", BLOCKS)
def test_block_that_is_not_listed_is_refused(block: str) -> None:
    assert all(refusal(place.format(f"{block} {{\n}}")) for place in PLACES)


def test_program_names_the_line_and_what_is_in_it(tmp_path: Path) -> None:
    content = rendered_nginx().replace("/var/log/nginx/todo.access.log", "/etc/sudoers.d/x")
    line = content[: content.index("/etc/sudoers.d/x")].count("\n") + 1
    answer = run_checker("check-nginx", content, tmp_path)
    assert answer.returncode == 1
    assert answer.stderr == (
        f"the nginx file, line {line}: not allowed in server: access_log /etc/sudoers.d/x todo\n"
    )


@pytest.mark.needs("nginx")
def test_every_directive_of_this_nginx_that_is_not_listed_is_refused() -> None:
    """Also those of a later nginx: a new directive is found in its binary, and is not listed."""
    nginx = shutil.which("nginx")
    assert nginx
    strings = re.findall(rb"\0([a-z][a-z0-9_]{2,40})(?=\0)", Path(nginx).read_bytes())
    checker = load_checker("check-nginx")
    listed = {name for _, name in checker.rules("todo")}
    names = {string.decode() for string in strings} - listed
    assert {"load_module", "proxy_store", "client_body_temp_path", "worker_rlimit_core"} <= names
    for name in names:
        for text in (f"{name} /etc/x;", f"{name} on;", f"{name};", f"{name} x {{\n}}"):
            assert all(refusal(place.format(text)) for place in PLACES), text


# A path, a variable, a word that some module takes. What a rule has to allow is held by its own test.
ELSEWHERE = ("/etc/shadow", "/srv/other/x", "/srv/todo/../x", "$arg_x", "unix:/run/x", "data:x")
FREE = {
    "log_format",
    "return",
    "rewrite",
    "location",
    "add_header",
    "proxy_set_header",
    "auth_basic",
}
# An address of the site, or a path below its root, may look like a path of the host.
FREE |= {"error_page", "try_files"}
# What a map leads to: a variable, which no directive takes that names a file or a host.
FREE |= {"default", ""}


def test_no_listed_directive_takes_a_path_outside_of_the_site() -> None:
    checker = load_checker("check-nginx")
    for (context, name), (_, block) in checker.rules("todo").items():
        if name in FREE:
            continue
        for value in ELSEWHERE:
            for directive in (f"{name} {value}", f"{name} on {value}", f"{name} {value} on"):
                text = f"{directive}{' {}' if block else ';'}"
                assert all(refusal(place.format(text)) for place in PLACES), (context, text)


@pytest.mark.parametrize(
    "block",
    [
        "map $http_upgrade $other__x",
        "map $http_upgrade $todo__x_y",
        "map $http_upgrade $todo_x",
        "map $http_upgrade $todo__fourteenletter",
        "map $http_upgrade $host",
        "map $http_upgrade$args $todo__x",
        "map /etc/shadow $todo__x",
        "geo $todo__x",
        "geo $arg_address $todo__x",
        "geo $realip_remote_addr $other__x",
    ],
)
def test_map_of_another_sites_variable_or_of_nginxs_is_refused(block: str) -> None:
    assert refusal(f"{block} {{ default x; }}\n")
    assert refusal("map $http_upgrade $todo__x { default x; }\n") is None


@pytest.mark.parametrize("entry", ["hostnames", "volatile", "include /etc/x", "/etc/x 1", "~. 1"])
def test_map_holds_what_is_sent_for_nothing_and_for_all_else(entry: str) -> None:
    assert refusal(f"map $http_upgrade $todo__x {{ {entry}; }}\n")
    assert refusal('map $http_upgrade $todo__x { "" ""; default b; }\n') is None


@pytest.mark.parametrize(
    "entry",
    [
        "ranges",
        "delete 10.0.0.0/8",
        "include /etc/x",
        "proxy 10.0.0.1",
        "10.0.0.0/8 $x",
        "10.0.0.1",
        "/x 1",
    ],
)
def test_geo_holds_addresses_alone(entry: str) -> None:
    allowed = 'default ""; 10.0.0.0/8 1; 2001:db8::/128 1;'
    assert refusal(f"geo $realip_remote_addr $todo__x {{ {allowed} }}\n") is None
    assert refusal(f"geo $realip_remote_addr $todo__x {{ {allowed} {entry}; }}\n")


def test_no_two_sites_may_have_a_variable_of_the_same_name() -> None:
    checker = load_checker("check-nginx")
    sites = ("a", "a-b", "a--b", "a-", "b")
    for name in ("a__x", "a_b__x", "a__b__x", "a___x", "a___b__x"):
        checked = []
        for site in sites:
            with contextlib.suppress(checker.Refused):
                checker.check(site, f"map $host ${name} {{ default x; }}")
                checked.append(site)
        assert len(checked) <= 1, name


@pytest.mark.parametrize(
    "trick",
    [
        "root '/srv/todo'etc;",
        'root "/srv/todo"/../etc;',
        "root /srv/todo\\\n/x;",
        "root /srv/todo\\;",
        'root "/srv/todo',
        "root /srv/todo/${x};",
        "root /srv/todo; # \r include /etc/x;",
        "root /srv/todo;\0include /etc/x;",
        "root /srv/todo;\vinclude /etc/x;",
        "root /srv/todo;#\n'include' /etc/x;",
        '"include" /etc/x;',
        "server_tokens off}include /etc/x;",
        "server_tokens off#\n;",
        "} load_module x; server {",
        "}",
        "server_tokens off",
        "internal { include /etc/x; }",
        "location / ;",
        "location / { location /x { include /etc/x; } }",
        "return 301 x$ {include /etc/x;}",
        "return 301 x${include /etc/x;}",
        ";",
        "{ }",
        "INCLUDE /etc/x;",
        "access_log\x0c/etc/x;",
    ],
)
def test_text_that_nginx_could_read_in_another_way_is_refused(trick: str, tmp_path: Path) -> None:
    content = IN_SERVER.format(trick)
    assert refusal(content), content
    answer = run_checker("check-nginx", content, tmp_path)
    assert answer.returncode == 1
    assert answer.stderr.startswith("the nginx file, line ")


@pytest.mark.parametrize(
    "condition",
    [
        "-f /etc/shadow",
        "$arg_x !~ ^(a)$",
        "$host !~ ^(a)",
        "$host ~ ^(a)$",
        "$host !~ ^(a(?<x>b))$",
    ],
)
def test_condition_that_compares_no_host_name_is_refused(condition: str) -> None:
    assert refusal(IN_SERVER.format(f"if ({condition}) {{ return 444; }}"))


@pytest.mark.parametrize(
    "override",
    [
        "location = /robots.txt { return 200 'User-agent: *'; }",
        "location ^~ /docs/ { alias /srv/todo/current/static/docs/; index index.html; }",
        "location ~* \\.(png|jpe?g)$ { root /srv/todo/current/source; expires 30d; }",
        "location /down { limit_except GET { deny all; } proxy_pass http://unix:/srv/todo/current/socket; }",
        "add_header Content-Security-Policy \"default-src 'self'\" always;",
        "gzip on; gzip_types text/css application/json;",
        "gzip_types *; gzip_static on; brotli_static on;",
        "proxy_buffer_size 16k; proxy_buffers 8 16k;",
        "error_page 500 502 503 /static/500.html;",
        "if ($request_method = TRACE) { return 405; }",
        'proxy_set_header Connection "";',
        "auth_basic 'staging only'; auth_basic_user_file /srv/todo/shared/htpasswd;",
        "rewrite ^/old/(.*)$ /new/$1 permanent;",
        "set_real_ip_from 10.0.0.0/8; real_ip_header X-Real-IP;",
        "client_max_body_size 1g; # ü",
    ],
)
def test_what_sites_often_need_is_allowed(override: str) -> None:
    assert refusal(IN_SERVER.format(override)) is None


def headers_of_blocks(content: str) -> list[set[str]]:
    """The headers that each block with an add_header adds itself."""
    blocks: list[set[str]] = [set()]
    closed = []
    for _, directive, end in load_checker("check-nginx").directives(content):
        if end == "{":
            blocks.append(set())
        elif end == "}":
            closed.append(blocks.pop())
        elif directive[0] == "add_header":
            blocks[-1].add(directive[1])
    return [headers for headers in closed if headers]


@pytest.mark.parametrize("name", OPTIONS)
def test_block_with_a_header_of_its_own_has_the_sites_too(name: str) -> None:
    """It inherits none of the server's."""
    app, target = OPTIONS[name]
    wanted = {"X-Content-Type-Options", "Referrer-Policy"}
    wanted |= {"Strict-Transport-Security"} if "hsts" in target else set()
    found = headers_of_blocks(rendered(app, target)[0])

    assert len(found) >= 2
    assert [headers for headers in found if not wanted <= headers] == []


# try_files_is_evil_too wants open_file_cache, by which nginx would serve files of before a switch.
# hsts_header wants what a site has by the key `hsts` alone: browsers can't be taken back from it.
# default_server_flag wants the default server in this file. That of port 80 is in provisioning's; at port 443
# each site has a server for unknown names, and nginx would refuse two with the flag: the first one counts.
SKIPPED = ("try_files_is_evil_too", "default_server_flag", "hsts_header")


@pytest.mark.parametrize("name", OPTIONS)
def test_gixy_finds_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "site").write_text(rendered(*OPTIONS[name])[0])
    (tmp_path / "nginx.conf").write_text(f"events {{}} http {{ include {tmp_path}/site; }}")
    gixy = Path(sys.executable).with_name("gixy")
    skipped = SKIPPED[:2] if "hsts" in OPTIONS[name][1] else SKIPPED
    answer = subprocess.run(
        [gixy, "-f", "json", "--skips", ",".join(skipped), tmp_path / "nginx.conf"],
        capture_output=True,
        text=True,
    )
    found = json.loads(answer.stdout)
    assert [(issue["plugin"], issue["reason"]) for issue in found] == []
