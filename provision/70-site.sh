step rights of the deployer
# What a deploy needs root for, and nothing else: a fixed list, each argument checked here.
put 0755 /usr/local/sbin/understudy-site <<'SITE' || true
#!/bin/sh
# understudy-site SITE install ID        put the files staged in /srv/SITE/cache/files into place
# understudy-site SITE start|stop ID     start or stop one release's service
# understudy-site SITE boot              start the release that serves (called by SITE.service)
#
# Called through sudo by the user who deploys. That user decides which code runs as the app's
# user, but gets no other user's rights: files go to fixed places, units run as the app's user.
set -eu
site=$1 verb=$2
case $site in *[!a-z0-9-]* | '' | -*) echo "understudy-site: bad site name" >&2; exit 2 ;; esac
staged=/srv/$site/cache/files

refuse() { echo "understudy-site: $*" >&2; exit 1; }

# A unit may run as the app's user only, and hold nothing but what is listed here. A list of what is
# forbidden would miss what systemd learns next.
unit_keys='Description|After|PartOf|StartLimitIntervalSec|StartLimitBurst|Type|NotifyAccess|Group|\
KillMode|TimeoutStartSec|TimeoutStopSec|Restart|RestartSec|NoNewPrivileges|PrivateTmp|PrivateDevices|\
ProtectSystem|ProtectHome|ProtectKernelTunables|ProtectControlGroups|RestrictSUIDSGID|ReadWritePaths|\
UMask|WantedBy|LimitNOFILE|MemoryMax|CPUQuota|TasksMax'
unit_keys=$(printf %s "$unit_keys" | tr -d '\\\n')
check_unit() {
    # grep's 1 means that no other line was found; anything else, an error too, is a no.
    status=0
    bad=$(grep -Evn -e '^(#.*)?$' -e '^\[(Unit|Service|Install)\]$' -e "^User=$site\$" \
        -e "^($unit_keys)=[^\\]*\$" -e '^Exec(Start|Reload)=/[^\\]*$' "$1") || status=$?
    [ "$status" = 1 ] || refuse "$1: lines that are not allowed: $bad"
    [ "$(sed -n '/^\[Service\]$/,/^\[Install\]$/p' "$1" | grep -c "^User=")" = 1 ] ||
        refuse "$1: [Service] must have User=$site"
}

install_files() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    # Copied first: what is checked must be what is installed.
    cp --no-dereference "$staged/$site.nginx" "$staged/$site@.service" "$work"
    for file in "$work"/*; do [ -f "$file" ] && [ ! -L "$file" ] || refuse "$file: no ordinary file"; done
    check_unit "$work/$site@.service"
    # Checked as the instance that is about to start, for its programs must exist.
    ln -s "$site@.service" "$work/$site@$1.service"
    systemd-analyze verify --man=no --recursive-errors=no "$work/$site@$1.service" ||
        refuse "systemd-analyze verify says no"

    available=/etc/nginx/sites-available/$site
    if [ -e "$available" ]; then cp "$available" "$work/nginx.before"; fi
    install -m 0644 "$work/$site.nginx" "$available"
    ln -sfn "$available" "/etc/nginx/sites-enabled/$site"
    if ! nginx -t -q; then
        # nginx keeps running on what it has; the next boot must find that too.
        if [ -e "$work/nginx.before" ]; then
            install -m 0644 "$work/nginx.before" "$available"
        else
            rm -f "$available" "/etc/nginx/sites-enabled/$site"
        fi
        refuse "nginx -t says no; its configuration is as before"
    fi
    install -m 0644 "$work/$site@.service" /etc/systemd/system/
    systemctl daemon-reload
    systemctl reload nginx
}

release_id() {
    case $1 in *[!a-z0-9-]* | '' | -*) refuse "bad release id" ;; esac
    echo "$1"
}

case $verb in
install) install_files "$(release_id "$3")" ;;
start)
    unit=$site@$(release_id "$3").service
    # An earlier failure must not count against this try.
    systemctl reset-failed "$unit" 2>/dev/null || true
    systemctl start "$unit"
    ;;
stop) systemctl stop "$site@$(release_id "$3").service" ;;
boot) systemctl start --no-block "$site@$(release_id "$(basename "$(readlink "/srv/$site/current")")").service" ;;
*) refuse "no such verb: $verb" ;;
esac
SITE

rules=$(mktemp)
cat >"$rules" <<SUDOERS
# $DEPLOYER deploys $SITE: the list in understudy-site, and any command as the app's own user.
$DEPLOYER ALL=(root) NOPASSWD: /usr/local/sbin/understudy-site $SITE *
$DEPLOYER ALL=($SITE) NOPASSWD: ALL
SUDOERS
# A broken file in sudoers.d locks everybody out of sudo.
visudo -cqf "$rules"
put 0440 "/etc/sudoers.d/understudy-$SITE" <"$rules" || true
rm "$rules"

step unit for the boot
# The link `current` is the only record of what serves, so no deploy enables or disables a unit.
if put 0644 "/etc/systemd/system/$SITE.service" <<UNIT
[Unit]
Description=$SITE: the release that serves
After=network.target
ConditionPathExists=$ROOT/current

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/understudy-site $SITE boot

[Install]
WantedBy=multi-user.target
UNIT
then
    if booted; then systemctl daemon-reload; fi
fi
systemctl is-enabled -q "$SITE.service" || systemctl enable -q "$SITE.service"

# In a chroot the site has no key yet: the first run on the booted host finishes the job.
if booted; then
    mkdir -p "$(dirname "$STAMP_FILE")"
    echo "$STAMP" | put 0644 "$STAMP_FILE" || true
fi
