"""Directives and blocks of nginx that a deployer must not get installed."""

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
proxy_pass http://127.0.0.1
proxy_pass http://127.0.0.1:80
proxy_pass http://127.0.0.1:1023
proxy_pass http://127.0.0.1:65536
proxy_pass http://127.0.0.1:08001
proxy_pass http://127.0.0.1:8001@10.0.0.1
proxy_pass http://127.0.0.1:8001$arg_x
proxy_pass http://127.0.0.1:8001/../x
proxy_pass http://127.0.0.1:$arg_x
proxy_pass http://127.0.0.1.example.com:8001
proxy_pass http://127.0.0.2:8001
proxy_pass http://[::1]:8001
proxy_pass http://localhost:8001
proxy_pass https://127.0.0.1:8001
proxy_pass http://10.0.0.1:8001
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
