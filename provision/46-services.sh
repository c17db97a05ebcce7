# Each site has servers of its own. Each server has a user of its own, whom systemd makes for as long as it runs. What the
# app needs to reach them is in $ROOT/shared/services, which templates/run.j2 reads.
known=$ROOT/shared/services

# recall NAME, remember NAME VALUE: the line UNDERSTUDY_NAME of that file. Values need no quoting: see below.
recall() { [ ! -e "$known" ] || sed -n "s/^UNDERSTUDY_$1=\"\(.*\)\"\$/\1/p" "$known"; }
remember() {
    [ "$(recall "$1")" != "$2" ] || return 0
    if is_check; then
        echo "would write $known"
        return
    fi
    (
        umask 077
        { sed "/^UNDERSTUDY_$1=/d" "$known" 2>/dev/null || true; echo "UNDERSTUDY_$1=\"$2\""; } >"$known.new"
    )
    chown "root:$SITE" "$known.new"
    chmod 0640 "$known.new"
    mv "$known.new" "$known"
}

# free_port FIRST: the first from there on that no site has and no program listens at.
free_port() {
    port=$1
    while grep -qsE "@127\.0\.0\.1:$port/" /srv/*/shared/services || [ -n "$(ss -ltnH "sport = :$port")" ]; do
        port=$((port + 1))
    done
    echo "$port"
}

# service_unit NAME MEMORY_MIB: a unit of which standard input is the rest of [Service]. Without a name of its own for
# the user, systemd would take that of the unit before its @, and so one for all sites.
service_unit() {
    cat <<UNIT
[Unit]
Description=$1 of $SITE
After=network.target
Before=$SITE.service
# A full disk or a taken port may be over in an hour: it starts then by itself.
StartLimitIntervalSec=0

[Service]
Restart=always
RestartSec=5
DynamicUser=yes
User=understudy-$(echo "$1@$SITE" | sha256sum | cut -c 1-12)
MemoryMax=$2M
UMask=0007
NoNewPrivileges=yes
CapabilityBoundingSet=
PrivateDevices=yes
PrivateUsers=yes
ProtectSystem=strict
ProtectHome=yes
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
InaccessiblePaths=/srv
RestrictRealtime=yes
RestrictNamespaces=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
$(cat)

[Install]
WantedBy=multi-user.target
UNIT
}

# run_service UNIT CHANGED: enables and starts it, or starts it again if that is not empty.
run_service() {
    if [ -n "$2" ]; then act systemctl daemon-reload; fi
    systemctl is-enabled -q "$1" 2>/dev/null || act systemctl enable -q "$1"
    if [ -n "$2" ]; then act systemctl restart "$1" || service_failed "$1"
    else systemctl is-active -q "$1" || act systemctl start "$1" || service_failed "$1"; fi
}
service_failed() {
    echo "provision: $1 does not start. Its journal:" >&2
    journalctl -u "$1" -n 10 --no-pager -o cat >&2
    exit 1
}
