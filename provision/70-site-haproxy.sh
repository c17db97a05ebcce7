# What the verbs install and undo of understudy-site do with HAProxy, on the host of a proxy.
put 0644 /usr/local/lib/understudy/site/haproxy <<'VERBS' || true
# shellcheck shell=sh
haproxy=understudy-haproxy@$site.service
haproxy_file=/etc/haproxy/$site.cfg

is_proxy() { [ -e "/etc/understudy/$site.proxy" ]; }

# As the site's user: what its configuration names, HAProxy opens as soon as it reads it.
check_haproxy() { runuser -u "$site" -- /usr/sbin/haproxy -c -f "$haproxy_file" >/dev/null; }

# Without a configuration there is none to run. A reload only sends a signal: it is done when another process
# answers. The one before keeps its requests, and all of them if the new one can't start.
reload_haproxy() {
    if [ ! -e "$haproxy_file" ]; then
        systemctl stop "$haproxy"
        return
    fi
    old=$(haproxy_worker)
    if [ -z "$old" ]; then
        systemctl reset-failed "$haproxy" 2>/dev/null || true
        systemctl restart "$haproxy"
    else
        systemctl reload "$haproxy"
    fi
    tries=250
    while new=$(haproxy_worker); [ -z "$new" ] || [ "$new" = "$old" ]; do
        [ "$tries" -gt 0 ] || return 1
        tries=$((tries - 1))
        sleep 0.04
    done
}

# The process that answers at the runtime socket; nothing if none does.
haproxy_worker() {
    runuser -u "$site" -- python3 -I -c '
import socket, sys
with socket.socket(socket.AF_UNIX) as client:
    client.settimeout(2)
    client.connect(sys.argv[1])
    client.sendall(b"show info\n")
    for line in client.makefile():
        if line.startswith("Pid: "):
            print(line.split()[1])
' "/run/$site/haproxy-admin.sock" 2>/dev/null || true
}
VERBS
