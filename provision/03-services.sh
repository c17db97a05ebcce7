# Functions for services.
#
# service NAME: whether the site has it here. setting NAME KEY: of the word redis=for:queue,memory:64M.
service() { case " $SERVICES" in *" $1="*) ;; *) return 1 ;; esac; }
setting() {
    for word in $SERVICES; do
        case $word in "$1="*) echo "${word#*=}" | tr , '\n' | sed -n "s/^$2://p" ;; esac
    done
}
# In MiB, as `mebibytes` in understudy/config/services.py.
mebibytes() {
    case $1 in
    *K) echo $((${1%K} / 1024)) ;;
    *M) echo "${1%M}" ;;
    *G) echo $((${1%G} * 1024)) ;;
    esac
}

random_password() { od -An -tx1 -N20 /dev/urandom | tr -d ' \n'; }

is_installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

# listener PORT: the process and its number, such as `nginx 123`, that listens there; nothing if none does.
listener() {
    ss -ltnpH "sport = :$1" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 \2/p' | head -n 1
}

# Distributions without Valkey; and ports that the site's services need, and another program has.
service_conflicts() {
    if service valkey && grep -qsE '^VERSION_CODENAME=(bookworm|jammy)$' /etc/os-release; then
        object "this distribution has no Valkey: take redis in \`services\`, which does the same"
    fi
    booted && command -v ss >/dev/null || return 0
    for name in redis valkey; do
        port=$(sed -n "s,^UNDERSTUDY_$(echo "$name" | tr "[:lower:]" "[:upper:]")_URL=.*@127\.0\.0\.1:\([0-9]*\)/.*,\1,p" \
            "$ROOT/shared/services" 2>/dev/null || true)
        if ! service "$name" || [ -z "$port" ]; then continue; fi
        taken=$(listener "$port") own=$(systemctl show -p MainPID --value "understudy-$name@$SITE.service")
        if [ -n "$taken" ] && [ "${taken#* }" != "$own" ]; then
            object "port $port, which is that of $name of $SITE, is taken by ${taken% *} (process ${taken#* })." \
                "Stop it, or remove the line of $name in $ROOT/shared/services: it gets another port then"
        fi
    done
    taken=$(listener 5672)
    if service rabbitmq && [ -n "$taken" ] && [ "${taken% *}" != beam.smp ]; then
        object "port 5672 is taken by ${taken% *} (process ${taken#* }), so RabbitMQ can't listen there. Stop it"
    fi
}
