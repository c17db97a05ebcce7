step rights of the deployer
rules=$(mktemp)
cat >"$rules" <<SUDOERS
# $DEPLOYER deploys $SITE: the list in understudy-site, and any command as the app's own user.
$DEPLOYER ALL=(root) NOPASSWD: /usr/local/sbin/understudy-site $SITE *
$DEPLOYER ALL=($SITE) NOPASSWD: ALL
SUDOERS
# A broken file in sudoers.d would lock every user out of sudo.
visudo -c -q -f "$rules"
put 0440 "/etc/sudoers.d/understudy-$SITE" <"$rules" || true
rm "$rules"

step unit for the boot
# The link `current` is the only record of the live release, so no deploy enables or disables a unit.
if put 0644 "/etc/systemd/system/$SITE.service" <<UNIT
[Unit]
Description=$SITE: the live release
After=network.target
# Any of the three: an install or a firewall that was not confirmed before the boot is undone first.
ConditionPathExists=|$ROOT/current
ConditionPathExists=|/var/lib/understudy/$SITE/undo
ConditionPathExists=|/var/lib/understudy/$SITE/undo-firewall

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStartPre=-/usr/local/sbin/understudy-firewall-undo $SITE undo
ExecStart=/usr/local/sbin/understudy-site $SITE boot

[Install]
WantedBy=multi-user.target
UNIT
then
    if booted; then act systemctl daemon-reload; fi
fi
systemctl is-enabled -q "$SITE.service" || act systemctl enable -q "$SITE.service"
