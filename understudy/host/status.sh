#!/bin/sh
# What changes on a host by itself: prints `now<TAB>key<TAB>value` lines, which readings.py reads, beside facts.sh.
# Changes nothing. $1: the site; $2: a command that reaches its database, "" for a file; then the words of its services.
set -u
site=$1 reach=$2
shift 2
say() { printf 'now\t%s\t%s\n' "$1" "$2"; }
say time "$(date +%s)"
# Blocks of a file system: all, free, free for users, bytes of each; `%i` names the file system.
stat -f -c 'now	disk	%n	%i	%b	%f	%a	%S' / /srv 2>/dev/null || true
while read -r name number _; do
    case $name in MemTotal: | MemAvailable:) say "${name%:}" "$number" ;; esac
done </proc/meminfo
TZ=UTC systemctl show -p Id -p NRestarts -p ActiveEnterTimestamp "$site@*" "$site-*@*" |
    while IFS= read -r line; do say unit "$line"; done
# The backups are the app's own, and it is the app that has to reach its database. They are listed by their times.
# shellcheck disable=SC2016 # for the other shell
sudo -n -u "$site" -- sh -c '
    for rows in /srv/"$1"/shared/backups/[0-9]*Z-*/rows; do
        case $rows in *.new/rows | *"/[0-9]*Z-*/rows") ;; *) newest=${rows%/rows} ;; esac
    done
    [ -z "${newest-}" ] || {
        printf "now\tbackup\t%s\n" "${newest##*/}"
        stat -c "now	backup_file	%s" "$newest"/*
    }
    [ ! -e "/run/$1/drained" ] || printf "now\tdrained\t%s\n" "$(head -n 1 "/run/$1/drained" | head -c 300)"
    [ -z "$2" ] || {
        if why=$(eval "$2" 2>&1); then why=ok; fi
        printf "%s\n" "$why" | while IFS= read -r line; do printf "now\tdatabase\t%s\n" "$line"; done
    }
' sh "$site" "$reach" 2>/dev/null || true
# When the last backup elsewhere ended, until when there has to be another, and what the place had when it was looked at.
if [ -e "/etc/understudy/$site.off-host" ]; then
    ended='' due='' found=''
    { read -r ended <"/var/lib/understudy-timers/$site/off-host-backup"; } 2>/dev/null || true
    { read -r due <"/var/lib/understudy-timers/$site/.off-host-due"; } 2>/dev/null || true
    { read -r found <"/var/lib/understudy-timers/$site/.off-host-found"; } 2>/dev/null || true
    say off_host "${ended:-none}	${due:-0}	$found"
fi
[ $# = 0 ] || /usr/local/lib/understudy/services "$site" "$@" 2>/dev/null |
    while IFS= read -r line; do say service "$line"; done
