step backups on another host
# ExecStopPost= of the unit below.
put 0755 /usr/local/lib/understudy/off-host-ended <<'ENDED' || true
#!/bin/sh
# off-host-ended SITE   records how a run has ended, and until when there has to be another: `status` reads both
set -eu
/usr/local/lib/understudy/timer-ended "$1" off-host-backup
calendar=$(sed -n 's/^OnCalendar=//p' "/etc/systemd/system/$1-off-host-backup.timer")
# Where the host's zone is another one, its time in UTC comes after it.
next=$(LC_ALL=C systemd-analyze calendar "$calendar" | sed -n 's/^ *\(Next elapse\|(in UTC)\): //p' | tail -n 1)
due=$(date -d "$next + 3 hours" +%s 2>/dev/null || echo 0)
umask 022
echo "$due" >"/var/lib/understudy-timers/$1/.off-host-due"
ENDED

# Only where deploy.yml has `backups`: deploy.py puts OFF_HOST_… in front of this script. What root's restic does there
# is the administrator's to say: a deployer can start a backup, and choose neither the place nor what runs.
off_host_unit=$SITE-off-host-backup
off_host_changed=
if [ -n "${OFF_HOST_SETTINGS-}" ]; then
    systemd-analyze calendar "$OFF_HOST_AT" >/dev/null 2>&1 || {
        echo "provision: backups.at: systemd can't read '$OFF_HOST_AT'; \`systemd-analyze calendar\` shows why" >&2
        exit 1
    }
    printf '%s' "$OFF_HOST_DATA" | put 0755 "/usr/local/lib/understudy/off-host-data-$SITE" || true
    printf '%s\n' "$OFF_HOST_SETTINGS" | put 0644 "/etc/understudy/$SITE.off-host" || true
    own 700 root root "/var/lib/understudy/$SITE/off-host"
    # Its private half never leaves the host.
    [ -e "/var/lib/understudy/$SITE/off-host/key" ] || ! booted ||
        act ssh-keygen -q -t ed25519 -N '' -C "backups of $SITE" -f "/var/lib/understudy/$SITE/off-host/key"
    if put 0644 "/etc/systemd/system/$off_host_unit.service" <<UNIT
[Unit]
Description=$SITE: backup on another host
Wants=network-online.target
After=network-online.target
OnFailure=${off_host_unit}_failed.service

[Service]
Type=oneshot
# Half of a migration is no state to keep.
ExecStartPre=flock -s -w 14400 $ROOT/locks/migrating true
ExecStart=/usr/local/lib/understudy/off-host $SITE run
ExecStopPost=/usr/local/lib/understudy/off-host-ended $SITE
TimeoutStartSec=12h
Nice=10
IOSchedulingClass=idle
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=full
ProtectHome=read-only
UNIT
    then off_host_changed=1; fi
    # By the release's own program, which has the URLs. A release without one notifies no one.
    if put 0644 "/etc/systemd/system/${off_host_unit}_failed.service" <<UNIT
[Unit]
Description=$SITE: message about a backup that failed
ConditionPathExists=$ROOT/current/understudy_notify.py

[Service]
Type=oneshot
User=$SITE
ExecStart=$ROOT/current/run /usr/bin/python3 -I $ROOT/current/understudy_notify.py timer off-host-backup
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=yes
UNIT
    then off_host_changed=1; fi
    if put 0644 "/etc/systemd/system/$off_host_unit.timer" <<UNIT
[Unit]
Description=$SITE: backups on another host

[Timer]
OnCalendar=$OFF_HOST_AT
RandomizedDelaySec=1800
Persistent=true

[Install]
WantedBy=timers.target
UNIT
    then off_host_changed=1; fi
    if booted && ! is_check; then
        [ -z "$off_host_changed" ] || systemctl daemon-reload
        systemctl enable -q "$off_host_unit.timer"
        if [ -n "$off_host_changed" ]; then systemctl restart "$off_host_unit.timer"; fi
    fi
elif [ -e "/etc/understudy/$SITE.off-host" ]; then
    # The repository stays, and so do the secrets that open it.
    act systemctl disable -q --now "$off_host_unit.timer"
    for file in "$off_host_unit.timer" "$off_host_unit.service" "${off_host_unit}_failed.service"; do
        act rm -f "/etc/systemd/system/$file"
    done
    act rm -f "/etc/understudy/$SITE.off-host" "/usr/local/lib/understudy/off-host-data-$SITE" \
        "/var/lib/understudy-timers/$SITE/off-host-backup" "/var/lib/understudy-timers/$SITE/.off-host-due" \
        "/var/lib/understudy-timers/$SITE/.off-host-found"
    if booted; then act systemctl daemon-reload; fi
fi
