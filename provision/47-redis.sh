# Redis, and Valkey, which is the same with another name.

# redis_settings NAME PORT PASSWORD
redis_settings() {
    cat <<CONF
bind 127.0.0.1
port $2
requirepass $3
daemonize no
supervised systemd
loglevel notice
logfile ""
databases 16
maxmemory $(mebibytes "$(setting "$1" memory)")mb
save ""
CONF
    if [ "$(setting "$1" for)" = cache ]; then
        echo "maxmemory-policy allkeys-lru"
        echo "appendonly no"
    else
        echo "maxmemory-policy noeviction"
        echo "appendonly yes"
        echo "appendfsync everysec"
        echo "dir /var/lib/understudy-$1/$SITE"
    fi
}

# set_up_redis NAME FIRST_PORT
set_up_redis() {
    step "$1"
    url=$(recall "$(echo "$1" | tr "[:lower:]" "[:upper:]")_URL")
    password=$(echo "$url" | sed -n 's,^redis://:\([^@]*\)@.*,\1,p')
    port=$(echo "$url" | sed -n 's,.*@127\.0\.0\.1:\([0-9]*\)/.*,\1,p')
    [ -n "$password" ] || password=$(random_password)
    [ -n "$port" ] || port=$(free_port "$2")

    # systemd reads the file: the server's own user can't.
    settings=/etc/understudy/$SITE.$1.conf unit=understudy-$1@$SITE.service changed=
    if redis_settings "$1" "$port" "$password" | put 0600 "$settings"; then changed=1; fi
    # A queue that is rewritten on its disk takes up to the same again for a moment.
    most=$(($(mebibytes "$(setting "$1" memory)") * 2 + 64))
    if service_unit "$1" "$most" <<UNIT | put 0644 "/etc/systemd/system/$unit"
Type=notify
TimeoutStartSec=600
ExecStart=/usr/bin/$1-server -
StandardInput=file:$settings
StateDirectory=understudy-$1/$SITE
StateDirectoryMode=0700
LimitNOFILE=65535
IPAddressDeny=any
IPAddressAllow=localhost
RestrictAddressFamilies=AF_UNIX AF_INET
UNIT
    then changed=1; fi
    remember "$(echo "$1" | tr "[:lower:]" "[:upper:]")_URL" "redis://:$password@127.0.0.1:$port/0"
    run_service "$unit" "$changed"
}

# A box is copied to many machines: there, the first real run makes the password.
if booted; then
    if service redis; then set_up_redis redis 6400; fi
    if service valkey; then set_up_redis valkey 6600; fi
fi
