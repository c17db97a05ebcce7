#!/bin/sh
# What a host is like: prints `key<TAB>value` lines, which facts.py reads. Changes nothing and needs no root. Starts no
# Python and few other programs: on a slow host each costs as much as the rest of the script.
set -eu
site=$1 root=/srv/$1
say() { printf '%s\t%s\n' "$1" "$2"; }
# First of all: a deploy that takes the lock later overwrites these lines. The second one is there once the holder
# has ended. A try at the lock would hold it for a moment, and another deploy would be refused.
if [ -e "$root/lock" ] && { read -r holder && read -r state; } <"$root/lock" && [ "$state" = ended ]; then
    say last_holder "$holder"
fi
# That of `https: auto`, and the one in the site's nginx file. Only what all may read.
live=/etc/ssl/understudy/$site/live/fullchain.pem served=
if [ -r "/etc/nginx/sites-available/$site" ]; then
    while read -r word path _; do
        [ "$word" != ssl_certificate ] || served=${path%;}
    done <"/etc/nginx/sites-available/$site"
fi
[ "$served" != "$live" ] || served=
certificates=
for file in "$live" "$served"; do
    if [ -r "$file" ]; then
        certificates=1
        say certificate "$file"
    fi
done
# Of its processes and timers. The list is root's own.
units='' timers=''
if [ -r "/etc/understudy/$site.units" ]; then
    while read -r unit; do
        units="$units /etc/systemd/system/$unit"
        case $unit in *.timer) timers="$timers $unit ${unit%.timer}.service" ;; esac
    done <"/etc/understudy/$site.units"
fi
# Each release on the host has a list of its own.
processes=
for file in "$root"/releases/*/processes; do
    [ ! -r "$file" ] || while read -r name _; do processes="$processes $name"; done <"$file"
done
set --
for file in /etc/os-release "/etc/understudy/$site.provisioned" "$root"/releases/*/manifest.json \
    "$live" "$served" "/etc/ssl/understudy/$site/issuer" "/etc/ssl/understudy/$site/ca.pem" \
    "/etc/nginx/sites-available/$site" "/etc/systemd/system/$site@.service" "/etc/understudy/$site.units" $units \
    "$root"/releases/*/processes "$root"/current/processes "$root"/current/process \
    "$root"/current/timers "/var/lib/understudy-timers/$site"/* \
    "/etc/haproxy/$site.cfg" \
    "$root"/current/environment "$root"/current/*.py "$root"/current/run \
    /etc/nginx/sites-enabled/* /etc/nginx/conf.d/*.conf; do
    [ "$file" != "/etc/nginx/sites-enabled/$site" ] || continue
    [ ! -r "$file" ] || set -- "$@" "$file"
done
awk '{ print "line\t" FILENAME "\t" $0 }' "$@"
for directory in "$root"/releases/*; do
    [ ! -d "$directory" ] || [ -e "$directory/manifest.json" ] || say half_made "$directory"
done
for directory in "$root"/venvs/*; do
    if [ -e "$directory/.complete" ]; then say venv "$directory"
    elif [ -d "$directory" ]; then say half_made "$directory"; fi
done
for file in "$root"/cache/packages/*; do [ ! -e "$file" ] || say package "$file"; done
stat -c 'served	%Y	%n' "$root"/releases/*/served 2>/dev/null || true
if [ -n "$certificates" ]; then
    say today "$(date -u +%F)"
    stat -c 'renewal_ran	%Y' /var/lib/systemd/timers/stamp-certbot.timer 2>/dev/null || true
fi
say secrets "$(cksum 2>/dev/null <"$root/shared/env" || true)"
# Their names only.
if [ -r "$root/shared/env" ]; then
    while IFS= read -r line; do case $line in [A-Z_]*=*) say secret "${line%%=*}" ;; esac; done <"$root/shared/env"
fi
readlink -f /usr/bin/python3 "$root/current" | {
    read -r python || true
    read -r current || true
    say python "$python"
    # The exact version is a package's: to ask the program itself would start it.
    package=${python##*/}-minimal
    awk -v "name=Package: $package" '$0 == name { found = 1 }
        found && /^Version: / { print "python_package\t" $2; exit }' /var/lib/dpkg/status || true
    # readlink prints the path of a link that is not there.
    case $current in */releases/*) say current "$current" ;; esac
}
# sudo looks up the host's own name each time. A name server is asked only if /etc/hosts lacks it.
read -r name </proc/sys/kernel/hostname
known=
if [ -r /etc/hosts ]; then
    while read -r _ names || [ -n "$names" ]; do
        case " $names " in *[[:space:]]"$name"[[:space:]]*) known=1 ;; esac
    done </etc/hosts
fi
[ -n "$known" ] || timeout 3 getent ahosts "$name" >/dev/null || say lost_name "$name"
say machine "$(uname -m)"
! command -v zstd >/dev/null || say zstd yes
say free "$(stat -f -c '%a %S' "$root" 2>/dev/null || true)"
states=active,activating,reloading,deactivating,failed
set -- "$site@*"
for name in $processes; do set -- "$@" "$site-$name@*"; done
systemctl list-units --plain --no-legend --state="$states" "$@" nginx.service certbot.timer certbot.service |
    while read -r unit _ state how _; do
        process=${unit#"$site-"}
        case $unit:$state:$how in
        "$site-"*:auto-restart) say process "$process	restarting" ;;
        "$site-"*:failed:*)
            say process "$process	failed	$(TZ=UTC systemctl show -p InactiveEnterTimestamp --value "$unit")" ;;
        "$site-"*) say process "$process	$state" ;;
        *:deactivating:*) say ending "$unit" ;;
        *:failed:*) say failed "$unit" ;;
        *) say unit "$unit" ;;
        esac
    done
if [ -n "$timers" ]; then
    # shellcheck disable=SC2086 # several words
    TZ=UTC systemctl show -p Id -p ActiveState -p NextElapseUSecRealtime $timers |
        while IFS= read -r line; do
            case $line in Id=*) line=Id=${line#"Id=$site-"} ;; esac
            say timer "$line"
        done
fi
say end ok
