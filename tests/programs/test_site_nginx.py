"""Root installs nginx files for a deployer that hold only what check-nginx lists.

nginx's master reads its files, opens logs and loads modules as root.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs.site_config import (
    OPTIONS,
    load_checker,
    rendered,
    rendered_nginx,
    run_checker,
)

# From the directive index of nginx.org and of the modules that Debian packages: all that name a file,
# a program, code, a user or another host, each as an attacker would write it.
DANGEROUS = """
include /etc/shadow
load_module /srv/todo/x.so
user root
env LD_PRELOAD=/srv/todo/x.so
pid /etc/cron.d/x
lock_file /etc/cron.d/x
working_directory /srv/todo
worker_rlimit_core 500m
error_log /etc/sudoers.d/x
error_log /var/log/nginx/../../../etc/x
error_log /var/log/nginx/other.error.log
error_log stderr
error_log syslog:server=10.0.0.1
error_log memory:32m
error_log /var/log/nginx/todo.error.log debug
access_log /etc/sudoers.d/x
access_log /etc/sudoers.d/x todo
access_log /var/log/nginx/$host.log
access_log /var/log/nginx/other.access.log
access_log /var/log/nginx/todo.access.log combined
access_log /var/log/nginx/todo.access.log todo buffer=1m
access_log "/var/log/nginx/todo.access.log todo"
access_log syslog:server=10.0.0.1
log_format todo escape=none $request
log_format combined $request
log_not_found on
root /
root /etc
root /srv
root /srv/other
root /srv/todo/../other
root /srv/todo/$arg_x
root $document_root
root srv/todo
alias /etc/
alias /srv/todo/../other/
alias /srv/todo/$arg_x
alias /srv/todo/./x
try_files $arg_x =404
try_files /current/../../../etc/passwd =404
try_files /current/$arg_x =404
proxy_pass http://127.0.0.1:5432
proxy_pass http://10.0.0.1
proxy_pass http://$arg_x
proxy_pass http://unix:/run/postgresql/.s.PGSQL.5432
proxy_pass http://unix:/run/other/r1.sock
proxy_pass http://unix:/run/todo/../docker.sock
proxy_pass http://unix:/srv/todo/current/socket:/../x
proxy_store /etc/cron.d/x
proxy_store on
proxy_temp_path /etc
proxy_cache_path /etc keys_zone=x:1m
proxy_cache x
proxy_bind 10.0.0.1 transparent
proxy_ssl_certificate /etc/shadow
proxy_ssl_certificate_key /etc/shadow
proxy_ssl_password_file /etc/shadow
proxy_ssl_trusted_certificate /etc/shadow
proxy_cookie_path / /
fastcgi_pass unix:/run/php.sock
fastcgi_store /etc/x
fastcgi_temp_path /etc
fastcgi_cache_path /etc keys_zone=x:1m
uwsgi_pass unix:/run/x
uwsgi_store /etc/x
scgi_pass unix:/run/x
scgi_store /etc/x
grpc_pass unix:/run/x
memcached_pass unix:/run/x
client_body_temp_path /etc
client_body_in_file_only on
dav_methods PUT
dav_access user:rw
create_full_put_path on
ssl_certificate /srv/todo/x
ssl_certificate /etc/shadow
ssl_certificate /etc/ssl/../shadow
ssl_certificate data:$arg_x
ssl_certificate /etc/ssl/$ssl_server_name
ssl_certificate_key engine:x:y
ssl_certificate_key /etc/sudoers
ssl_client_certificate /etc/shadow
ssl_trusted_certificate /etc/shadow
ssl_crl /etc/shadow
ssl_dhparam /etc/shadow
ssl_password_file /etc/shadow
ssl_session_ticket_key /etc/shadow
ssl_stapling_file /etc/shadow
ssl_engine x
ssl_conf_command Engine x
ssl_session_cache shared:other:10m
ssl_protocols SSLv3
auth_basic_user_file /etc/shadow
auth_jwt_key_file /etc/shadow
auth_request /x
xslt_stylesheet /etc/shadow
xml_entities /etc/shadow
geoip_country /etc/shadow
image_filter test
perl_modules /srv/todo
perl_require x.pm
perl_set $x x.pm
perl x
js_import /srv/todo/x.js
js_path /srv/todo
js_content x
lua_package_path /srv/todo/?.lua
content_by_lua os.execute()
content_by_lua_file /srv/todo/x.lua
init_by_lua os.execute()
passenger_root /srv/todo
google_perftools_profiles /etc/x
limit_req_zone $binary_remote_addr zone=other:1m rate=1r/s
limit_req_zone $binary_remote_addr zone=todo:9999m rate=1r/s
open_log_file_cache max=10
ssi on
mirror /x
resolver 10.0.0.1
upstream x
listen 25
listen 8080
listen 80 default_server
listen unix:/run/x.sock
listen 80 reuseport
server_name ~^(?<x>.*)$
server_name _
set $file /etc
sub_filter a b
thread_pool x threads=1
disable_symlinks off
server_tokens on
stub_status
""".strip().splitlines()
BLOCKS = (
    *("http", "events", "stream", "mail", "types", "map $a $b", "geo $a", "upstream x", "match x"),
    *("perl", "init_by_lua_block", "content_by_lua_block", "if (-f /etc/x)", "split_clients a $b"),
    "limit_except GET HEAD unix:",
)
AT_THE_TOP, IN_SERVER, IN_LOCATION = (
    "{}\n",
    "server {{\n{}\n}}\n",
    "server {{\nlocation / {{\n{}\n}}\n}}\n",
)
PLACES = (AT_THE_TOP, IN_SERVER, IN_LOCATION)


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
    assert {"load_module", "proxy_store", "client_body_temp_path", "include"} <= names
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
    "override",
    [
        "location = /robots.txt { return 200 'User-agent: *'; }",
        "location ^~ /docs/ { alias /srv/todo/current/static/docs/; index index.html; }",
        "location ~* \\.(png|jpe?g)$ { root /srv/todo/current/source; expires 30d; }",
        "location /down { limit_except GET { deny all; } proxy_pass http://unix:/srv/todo/current/socket; }",
        "add_header Content-Security-Policy \"default-src 'self'\" always;",
        "gzip on; gzip_types text/css application/json;",
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


# try_files_is_evil_too wants open_file_cache, by which nginx would serve files of before a switch.
SKIPPED = "try_files_is_evil_too"


@pytest.mark.parametrize("name", OPTIONS)
def test_gixy_finds_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "site").write_text(rendered(*OPTIONS[name])[0])
    (tmp_path / "nginx.conf").write_text(f"events {{}} http {{ include {tmp_path}/site; }}")
    gixy = Path(sys.executable).with_name("gixy")
    answer = subprocess.run(
        [gixy, "-f", "json", "--skips", SKIPPED, tmp_path / "nginx.conf"],
        capture_output=True,
        text=True,
    )
    found = json.loads(answer.stdout)
    assert [
        (issue["plugin"], issue["reason"]) for issue in found if issue["severity"] != "LOW"
    ] == []
