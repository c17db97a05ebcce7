# What has to be done before the packages of services are installed.

# The server that such a package starts by itself would listen at the usual port, without a password and for all sites:
# it never starts. One that the host has had before stays as it is.
for package in redis-server valkey-server memcached; do
    if service "${package%-server}" && ! is_installed "$package"; then
        act systemctl mask -q "$package.service"
    fi
done

# RabbitMQ is one server for all sites. Its port mapper and its nodes' own port are for this host only, too.
if service rabbitmq; then
    changed=
    if put 0644 /etc/systemd/system/epmd.socket.d/understudy.conf <<'UNIT'
[Socket]
ListenStream=
ListenStream=127.0.0.1:4369
UNIT
    then changed=epmd.socket; fi
    if put 0644 /etc/systemd/system/rabbitmq-server.service.d/understudy.conf <<'UNIT'
[Service]
Environment=RABBITMQ_NODENAME=rabbit@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
Environment="RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}"
MemoryMax=60%
NoNewPrivileges=yes
CapabilityBoundingSet=
PrivateTmp=yes
PrivateDevices=yes
ProtectSystem=full
ProtectHome=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
LockPersonality=yes
UNIT
    then changed="$changed rabbitmq-server.service"; fi
    if [ -n "$changed" ] && booted; then
        act systemctl daemon-reload
        # shellcheck disable=SC2086 # several words
        if is_installed rabbitmq-server; then act systemctl restart $changed; fi
    fi
fi
