# Memcached knows no passwords: it has a socket, which only the site's users can open.
if booted && service memcached; then
    step memcached
    unit=understudy-memcached@$SITE.service socket=/run/understudy-memcached/$SITE/socket changed=
    memory=$(mebibytes "$(setting memcached memory)")
    # Besides its data it needs memory for connections and for its table of keys.
    if service_unit memcached $((memory + memory / 4 + 32)) <<UNIT | put 0644 "/etc/systemd/system/$unit"
Type=exec
ExecStart=/usr/bin/memcached -s $socket -a 0660 -m $memory
Group=$SITE
RuntimeDirectory=understudy-memcached/$SITE
RuntimeDirectoryMode=0750
PrivateNetwork=yes
RestrictAddressFamilies=AF_UNIX
UNIT
    then changed=1; fi
    remember MEMCACHED "unix:$socket"
    remember MEMCACHED_URL "memcached://$socket"
    run_service "$unit" "$changed"
fi
