step HAProxy
# Behind nginx of this host, as the site's user: the deployer, who writes its configuration, runs what he likes as that
# user, and gets no other rights by it.
haproxy=understudy-haproxy@$SITE.service haproxy_changed=
proxy_file=/etc/understudy/$SITE.proxy
if [ "$PROXY" = on ]; then
    echo on | put 0644 "$proxy_file" || true
    if put 0644 /etc/systemd/system/understudy-haproxy@.service <<'UNIT'; then haproxy_changed=1; fi
[Unit]
Description=%i: HAProxy
After=network-online.target
Wants=network-online.target
# The first deploy brings it.
ConditionPathExists=/etc/haproxy/%i.cfg

[Service]
Type=notify
User=%i
Group=%i
ExecStart=/usr/sbin/haproxy -Ws -f /etc/haproxy/%i.cfg
ExecReload=/usr/sbin/haproxy -c -q -f /etc/haproxy/%i.cfg
ExecReload=/bin/kill -USR2 $MAINPID
KillMode=mixed
Restart=always
RestartSec=1
SuccessExitStatus=143
LimitNOFILE=65536
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ReadWritePaths=/run/%i
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
UNIT
    if [ "$haproxy_changed" ] && booted; then act systemctl daemon-reload; fi
    systemctl is-enabled -q "$haproxy" || act systemctl enable -q "$haproxy"
    # The package's own has nothing to do, unless an admin has given it something.
    if systemctl is-enabled -q haproxy 2>/dev/null && [ -z "$(dpkg --verify haproxy)" ]; then
        act systemctl disable -q haproxy
        if booted; then act systemctl stop haproxy; fi
    fi
elif exists "$proxy_file"; then
    keep "$proxy_file"
    act rm "$proxy_file"
    act systemctl disable -q "$haproxy"
    if booted; then act systemctl stop "$haproxy"; fi
    act rm -f "/etc/haproxy/$SITE.cfg"
fi
