#!/bin/sh
# remove_site.sh SITE DEPLOYER DATABASE [data]   run as root: removes one site from a host, and with `data` its
# data, too. DATABASE: sqlite, or postgresql or mariadb, whose role and databases of that name are the site's.
#
# All that other sites share stays: packages, the database's server, the firewall, the deployer. Each step may have been
# done by an earlier run that was killed.
set -eu
export LC_ALL=C
site=$1 deployer=$2 database=$3 data=${4-}
root=/srv/$site state=/var/lib/understudy/$site
case $site in *[!a-z0-9-]* | '' | -*) echo "remove: bad site name" >&2; exit 2 ;; esac
refuse() { echo "remove: refused: $*"; exit 3; }
step() { echo "==> $*"; }

[ -e "$root" ] || [ -e "$state" ] || [ -e "/etc/understudy/$site.provisioned" ] ||
    refuse "there is no $root on this host, and nothing else of $site"
if [ -e "$root/lock" ]; then
    # Held to the end: a deploy that begins now would find half of its site.
    exec 9<"$root/lock"
    flock -n 9 || refuse "a deploy or another command is at work there: $(head -n 1 "$root/lock")"
fi

step "nginx"
enabled=/etc/nginx/sites-enabled/$site
if [ -e "$enabled" ] || [ -L "$enabled" ]; then
    mkdir -p "$state"
    mv -f "$enabled" "$state/enabled-before"
    nginx -t -q || {
        mv -f "$state/enabled-before" "$enabled"
        refuse "nginx -t fails without the site's file: another file below /etc/nginx needs it, or is broken"
    }
    if systemctl is-active -q nginx; then systemctl reload nginx; fi
fi
rm -f "/etc/nginx/sites-available/$site"

step "units"
for timer in "understudy-undo-$site" "understudy-undo-firewall-$site"; do
    systemctl stop "$timer.timer" "$timer.service" 2>/dev/null || true
done
# Its own, and those of its processes and timers. A pattern after the site's name would fit those of other sites.
listed=/etc/understudy/$site.units
units=$(cat "$listed" 2>/dev/null || true)
patterns=$(echo "$site@.service $units" | sed 's/@\.service/@*.service/g')
set -f
# shellcheck disable=SC2086 # names of units are words
systemctl stop $patterns "$site.service" 2>/dev/null || true
systemctl disable -q "$site.service" 2>/dev/null || true
for unit in "$site@.service" "$site.service" $units; do
    rm -f "/etc/systemd/system/$unit" "/etc/systemd/system/timers.target.wants/$unit" \
        "/var/lib/systemd/timers/stamp-$unit"
done
rm -f "/etc/tmpfiles.d/$site.conf"
systemctl daemon-reload
# shellcheck disable=SC2086
systemctl reset-failed $patterns "$site.service" 2>/dev/null || true
set +f
rm -f "$listed"

if [ -e "/etc/understudy/$site.proxy" ]; then
    step "HAProxy"
    systemctl disable -q --now "understudy-haproxy@$site.service" 2>/dev/null || true
    rm -f "/etc/haproxy/$site.cfg" "/etc/understudy/$site.proxy"
    set -- /etc/understudy/*.proxy
    if [ ! -e "$1" ]; then rm -f /etc/systemd/system/understudy-haproxy@.service; fi
    systemctl daemon-reload
fi

proxies=/etc/understudy/$site.web-for
if [ -e "$proxies" ]; then
    step "its proxies"
    while read -r address; do
        cat /etc/understudy/*.web-for | grep -cxF "$address" | grep -qx 1 || continue
        sed -i "/ saddr $address tcp dport 80 accept\$/d" /etc/nftables.d/understudy.nft
    done <"$proxies"
    nft --file /etc/nftables.d/understudy.nft
    rm -f "$proxies"
fi

step "mail"
if [ -e "/etc/understudy/$site.mail" ]; then
    for unit in "understudy-mail-$site.socket" "understudy-mail-$site-local.socket"; do
        systemctl disable -q --now "$unit" 2>/dev/null || true
        rm -f "/etc/systemd/system/$unit"
    done
    systemctl stop "understudy-mail@$site.service" 2>/dev/null || true
    systemctl daemon-reload
    rm -f "/etc/understudy/$site.mail"
    if ! grep -qsxF capture /etc/understudy/*.mail && [ -e /etc/nftables.d/understudy-mail.nft ]; then
        rm /etc/nftables.d/understudy-mail.nft
        nft delete table inet understudy_mail
    fi
fi

step "services"
for service in redis valkey memcached; do
    unit=understudy-$service@$site.service
    if [ -e "/etc/systemd/system/$unit" ]; then systemctl disable -q --now "$unit" || true; fi
    rm -f "/etc/systemd/system/$unit" "/etc/understudy/$site.$service.conf"
done
systemctl daemon-reload

step "backups elsewhere"
if [ -e "/etc/understudy/$site.off-host" ]; then
    unit=$site-off-host-backup
    systemctl disable -q --now "$unit.timer" 2>/dev/null || true
    systemctl stop "$unit.service" 2>/dev/null || true
    rm -f "/etc/systemd/system/$unit.timer" "/etc/systemd/system/$unit.service" "/etc/systemd/system/${unit}_failed.service" \
        "/var/lib/systemd/timers/stamp-$unit.timer" "/usr/local/lib/understudy/off-host-data-$site" \
        "/etc/understudy/$site.off-host"
    systemctl daemon-reload
fi

clients=/etc/understudy/$site.database-for
if [ -e "$clients" ]; then
    step "other hosts of the site"
    # used_by_another ADDRESS. The first line of each file is this host's own address.
    used_by_another() {
        for file in /etc/understudy/*.database-for; do
            if [ "$file" != "$clients" ] && tail -n +2 "$file" | grep -qxF "$1"; then return 0; fi
        done
        return 1
    }
    tail -n +2 "$clients" | while read -r address; do
        used_by_another "$address" ||
            sed -i "/ saddr $address tcp dport 5432 accept\$/d" /etc/nftables.d/understudy.nft
    done
    nft --file /etc/nftables.d/understudy.nft
    for file in /etc/postgresql/*/*/pg_hba.conf; do sed -i "/ # understudy $site\$/d" "$file"; done
    systemctl reload postgresql
    rm -f "/etc/understudy/$site.database-password" "$clients"
fi

step "certificate and rights"
if [ -e "/etc/letsencrypt/renewal/$site.conf" ]; then certbot delete --non-interactive --quiet --cert-name "$site"; fi
rm -rf "/etc/ssl/understudy/$site" "/run/$site"
rm -f "/etc/sudoers.d/understudy-$site" "/etc/understudy/$site.no-web" "/etc/understudy/$site.provisioned"

step "releases and logs"
if [ -d "$root" ]; then
    find "$root" -mindepth 1 -maxdepth 1 ! -name shared ! -name lock -exec rm -rf --one-file-system {} +
fi
rm -f "/var/log/nginx/$site".*
rm -rf "/var/lib/understudy-timers/$site"
if [ -d "$state" ]; then
    # The files that were there before provisioning may be of use for another site, and to no one else.
    find "$state" -mindepth 1 -maxdepth 1 ! -name replaced -exec rm -rf {} +
    rmdir "$state" 2>/dev/null || true
fi

if [ "$data" = data ]; then
    step "data"
    if [ "$database" = postgresql ] && getent passwd postgres >/dev/null; then
        for statement in "DROP DATABASE IF EXISTS \"$site\"" "DROP DATABASE IF EXISTS \"${site}_scratch\"" \
            "DROP ROLE IF EXISTS \"$site\""; do
            (cd / && runuser -u postgres -- psql -Xqt -p 5432 -d postgres -c "$statement" 2>&1)
        done
    fi
    if [ "$database" = mariadb ] && [ -d /var/lib/mysql/mysql ]; then
        mariadb --no-defaults -e "DROP DATABASE IF EXISTS \`$site\`; DROP DATABASE IF EXISTS \`${site}_scratch\`;
            DROP USER IF EXISTS '$site'@'localhost'" 2>&1
    fi
    # What systemd keeps of a service is in the second of its places, and a link to it in the first.
    for name in mail redis valkey; do
        rm -rf --one-file-system "/var/lib/understudy-$name/$site" "/var/lib/private/understudy-$name/$site"
    done
    if grep -qs '^UNDERSTUDY_RABBITMQ_URL=' "$root/shared/services" && command -v rabbitmqctl >/dev/null; then
        rabbitmqctl -q -n rabbit@localhost delete_vhost "$site" || true
        rabbitmqctl -q -n rabbit@localhost delete_user "$site" || true
    fi
    rm -rf --one-file-system "$root"
    if id -nG "$deployer" 2>/dev/null | tr ' ' '\n' | grep -qx "$site"; then gpasswd -d "$deployer" "$site" >/dev/null; fi
    if getent passwd "$site" >/dev/null; then userdel "$site"; fi
elif [ -d "$root" ]; then
    # The deployer can't write there any longer. The app's user stays: another would get its number, and the data.
    rm -f "$root/lock" "$root/lock.step"
    chown root:root "$root"
fi
log=/var/log/understudy/$site.log
if [ -f "$log" ] && [ ! -L "$log" ]; then
    printf '%s %s {"verb": "remove", "what": "%s"}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "${SUDO_USER:-root}" \
        "the site${data:+ and its data}" >>"$log"
fi
