#!/bin/sh
# Prints the state of a host, section by section, for understudy/parity/capture/. Changes nothing.
#
#   sh query.sh SITE
#
# "@@@ NAME" begins a section, "!!! REASON" says that it can't be read, "@@@ end" is the last line.
# No line of a file can look like these: each one has a prefix. Few programs are run: on a slow host
# each costs as much as the rest of the script. Names of variables leave the host, values don't.
set -u
site=$1
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd /
user=$(id -u)

# section NAME [root|PROGRAM]...: begins a section; true if all that it needs is there
section() {
    echo "@@@ $1"
    shift
    for need; do
        if [ "$need" = root ]; then
            [ "$user" = 0 ] || { echo "!!! needs root, and sudo said no"; return 1; }
        else
            command -v "$need" >/dev/null || { echo "!!! no $need on this host"; return 1; }
        fi
    done
}

# is_there FILE...: whether one of these programs is. A server that is not installed, or is elsewhere, has no settings.
is_there() {
    for file; do [ ! -x "$file" ] || return 0; done
    return 1
}

# lines FILE...: each line of the readable files, after the file's name and a tab
lines() {
    for file; do
        shift
        [ ! -f "$file" ] || [ ! -r "$file" ] || set -- "$@" "$file"
    done
    awk '{ print FILENAME "\t" $0 }' /dev/null "$@"
}

# lines_below DIRECTORY...: the same for all files in them, and for links to files from no package.
# Unreadable files are left out: awk would stop at the first one.
lines_below() {
    find "$@" -readable \( -type f -o -xtype f ! -lname '/lib/*' ! -lname '/usr/lib/*' \
        ! -path '*.wants/*' ! -path '*.requires/*' \) -exec awk '{ print FILENAME "\t" $0 }' {} + 2>/dev/null
}

section os
lines /etc/os-release /etc/debian_version /proc/sys/kernel/osrelease /run/systemd/container
printf 'machine\t%s\n' "$(uname -m)"

# Together with what the section `files` needs: reading the list of packages takes a second on a slow host.
if section packages dpkg-query; then
    dpkg-query -W -f 'package\t${db:Status-Want}\t${db:Status-Status}\t${Package}\t${Version}\n${Conffiles}\n' |
        awk '/^package\t/ { print } /^ / { print "shipped\t" $2 "\t" $1 "\t" $3 }'
fi

# Packages that were installed only because others need them, as apt recorded it.
section manual
awk '/^Package: / { name = $2 } /^Auto-Installed: 1/ { print "auto\t" name }' \
    /var/lib/apt/extended_states 2>/dev/null

section python
for file in /usr/bin/python3 /usr/bin/python3.[0-9]* /usr/local/bin/python3 /usr/local/bin/python3.[0-9]*; do
    [ ! -x "$file" ] || printf '%s\t%s\n' "$file" "$(readlink -f "$file")"
done

section locale
lines "$(readlink -f /etc/default/locale)"
locale -a 2>/dev/null | awk '{ print "available\t" $0 }'

section time
printf 'zone\t%s\n' "$(readlink /etc/localtime)"
lines /sys/devices/system/clocksource/clocksource0/current_clocksource

section cpu
lines /proc/cpuinfo
# Those that a container may use.
printf 'usable\t%s\n' "$(nproc)"

section memory
lines /proc/meminfo /proc/swaps /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes

section mounts
lines /proc/self/mounts
# Only local file systems: stat hangs on a network file system whose server is gone.
awk '$3 ~ /^(ext[234]|xfs|btrfs|vfat|f2fs|zfs)$/ || $2 $3 == "/overlay" { print $2 }' /proc/self/mounts |
    while read -r place; do stat -f -c 'space	%S %b %a %c %d %n' "$place"; done

section sysctl
(
    cd /proc/sys || exit
    lines fs/aio-max-nr fs/file-max fs/inotify/max_user_instances fs/nr_open fs/pipe-max-size \
        fs/protected_* fs/suid_dumpable \
        kernel/core_pattern kernel/dmesg_restrict kernel/panic kernel/panic_on_oops kernel/pid_max \
        kernel/randomize_va_space kernel/sem kernel/shmall kernel/shmmax kernel/sysrq \
        kernel/unprivileged_userns_clone kernel/yama/ptrace_scope \
        net/core/default_qdisc net/core/netdev_max_backlog net/core/rmem_* net/core/somaxconn \
        net/core/wmem_* net/ipv4/conf/all/accept_redirects net/ipv4/conf/all/rp_filter \
        net/ipv4/ip_forward net/ipv4/ip_local_port_range net/ipv4/ip_local_reserved_ports \
        net/ipv4/ip_nonlocal_bind net/ipv4/ip_unprivileged_port_start net/ipv4/tcp_abort_on_overflow \
        net/ipv4/tcp_congestion_control net/ipv4/tcp_fin_timeout net/ipv4/tcp_keepalive_* \
        net/ipv4/tcp_max_syn_backlog net/ipv4/tcp_mtu_probing net/ipv4/tcp_retries2 \
        net/ipv4/tcp_rmem net/ipv4/tcp_slow_start_after_idle net/ipv4/tcp_syncookies \
        net/ipv4/tcp_timestamps net/ipv4/tcp_tw_reuse net/ipv4/tcp_wmem \
        net/ipv6/bindv6only net/ipv6/conf/all/disable_ipv6 net/ipv6/conf/all/forwarding \
        vm/dirty_background_ratio vm/dirty_ratio vm/max_map_count vm/nr_hugepages \
        vm/oom_kill_allocating_task vm/overcommit_memory vm/overcommit_ratio vm/panic_on_oom \
        vm/swappiness vm/vfs_cache_pressure
)
lines /sys/kernel/mm/transparent_hugepage/enabled

if section limits systemctl; then
    awk '/^(UMASK|USERGROUPS_ENAB)[ \t]/ { print "login\t" $1 "=" $2 }' /etc/login.defs 2>/dev/null
    systemctl show -p DefaultLimitNOFILE -p DefaultLimitNOFILESoft -p DefaultLimitCORE \
        -p DefaultLimitSTACK 2>/dev/null | awk '{ print "systemd\t" $0 }'
    lines /etc/security/limits.conf /etc/security/limits.d/*.conf
    release=$(readlink "/srv/$site/current")
    for unit in nginx.service "$site@${release##*/}.service"; do
        systemctl show -p User -p UMask -p LimitNOFILE -p LimitNOFILESoft -p MemoryMax -p CPUQuotaPerSecUSec \
            -p Nice -p Restart -p PrivateTmp -p ProtectSystem -p NoNewPrivileges "$unit" 2>/dev/null |
            awk -v unit="$unit" '{ print unit "\t" $0 }'
    done
fi

if section ports root ss; then ss -Htulnp 2>&1 || echo "!!! ss failed"; fi

if section firewall root nft; then
    # Without counters and elements of sets: both change by themselves.
    if rules=$(nft -s -t list ruleset 2>&1); then
        printf '%s\n' "$rules" | awk '{ print "\t" $0 }'
    else
        printf '!!! %s\n' "$(echo "$rules" | head -n 1)"
    fi
fi

section users
lines /etc/passwd /etc/group

if section sudo root; then lines /etc/sudoers /etc/sudoers.d/*; fi

section hosts
lines /etc/hosts /proc/sys/kernel/hostname

if section environment root; then
    find -L /etc/environment "/srv/$site/shared/env" "/srv/$site/current/environment" -type f -exec awk '
        match($0, /^(export +)?([A-Z_][A-Z0-9_]*|(http|https|ftp|all|no)_proxy)=/) {
            name = substr($0, 1, RLENGTH - 1); sub(/^export +/, "", name); print FILENAME "\t" name
        }' {} + 2>/dev/null
fi

# Links show what is enabled and masked: `systemctl list-unit-files` takes as long as the whole query. What could be
# enabled and is not is disabled.
if section units systemctl; then
    find /lib/systemd/system/ -maxdepth 1 -type f ! -name '*@*' \( -name '*.service' -o -name '*.socket' -o -name '*.timer' \) \
        -exec grep -lE '^(Wanted|Required)By=' {} + 2>/dev/null | sed 's,.*/,file\t,'
    find /etc/systemd/system /run/systemd/system -type l -printf 'link\t%f\t%p\t%l\n' 2>/dev/null
    systemctl list-units --all --full --plain --no-legend --no-pager --type=service,socket,timer 2>/dev/null |
        awk '{ print "unit\t" $0 }'
fi

# For which release each process of the site runs.
section processes
live=$(readlink "/srv/$site/current" || true)
printf 'live\t%s\n' "${live##*/}"
if [ -r "/etc/understudy/$site.units" ]; then
    while read -r unit; do
        case $unit in *@.service)
            systemctl list-units --plain --no-legend --no-pager --state=active,activating \
                "${unit%.service}*.service" 2>/dev/null | awk '{ print "unit\t" $1 }'
            ;;
        esac
    done <"/etc/understudy/$site.units"
fi

section unit_files
lines_below /etc/systemd /usr/local/lib/systemd/system

if section cron root; then lines_below /etc/crontab /etc/cron.d /var/spool/cron/crontabs; fi

configuration=
if section nginx root nginx; then
    if configuration=$(nginx -T 2>/dev/null); then
        printf '%s\n' "$configuration" | awk '{ print "\t" $0 }'
    else
        configuration=
        reason=$(nginx -t 2>&1 | grep -m 1 emerg)
        printf '!!! %s\n' "${reason:-nginx -T failed}"
    fi
fi

if section certificates root nginx openssl; then
    # A relative name is below /etc/nginx; a name with a variable means many files and is left out.
    printf '%s\n' "$configuration" | awk '{
        sub(/#.*/, "")
        count = split($0, words, /[ \t;{}"\047]+/)
        for (i = 1; i < count; i++) if (words[i] == "ssl_certificate" && words[i + 1] !~ /[$:]/)
            print (words[i + 1] ~ /^\// ? "" : "/etc/nginx/") words[i + 1]
    }' | sort -u |
        while read -r file; do
            openssl x509 -noout -subject -issuer -startdate -enddate -ext subjectAltName \
                -in "$file" 2>&1 </dev/null | awk -v file="$file" '{ print file "\t" $0 }'
        done
fi

# Of the site's own database, if it exists: extensions and some settings belong to one database.
postgresql() {
    runuser -u postgres -- psql -XqAt -F '	' -p 5432 -d "$1" -c "
        SELECT 'version', (current_setting('server_version_num')::int / 10000)::text
        UNION ALL SELECT name, translate(setting, chr(10), ' ') FROM pg_settings
        WHERE source NOT IN ('default', 'override', 'client', 'session')
        UNION ALL SELECT 'extension ' || extname, extversion FROM pg_extension
        UNION ALL SELECT 'role ' || rolname || ' ' || split_part(entry, '=', 1),
            translate(substr(entry, strpos(entry, '=') + 1), chr(10), ' ')
        FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole, unnest(setconfig) AS entry
        UNION ALL SELECT 'database ' || datname, pg_encoding_to_char(encoding) || ' ' || datcollate
        FROM pg_database" 2>&1 </dev/null
}

if section postgresql root && is_there /usr/lib/postgresql/*/bin/postgres; then
    if settings=$(postgresql "$site") || settings=$(postgresql postgres); then
        printf '%s\n' "$settings" | awk '{ print "\t" $0 }'
    else
        printf '!!! %s\n' "$(echo "$settings" | head -n 1)"
    fi
fi

mariadb_settings() {
    mariadb --no-defaults -BNr -e "
        SELECT 'version', SUBSTRING_INDEX(VERSION(), '.', 2)
        UNION ALL SELECT LOWER(variable_name), REPLACE(REPLACE(global_value, CHAR(10), ' '), CHAR(9), ' ')
        FROM information_schema.system_variables WHERE global_value_origin IN ('CONFIG', 'COMMAND-LINE', 'SQL')
        UNION ALL SELECT CONCAT('database ', schema_name),
            CONCAT(default_character_set_name, ' ', default_collation_name)
        FROM information_schema.schemata WHERE schema_name NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')
        " 2>&1 </dev/null
}

if section mariadb root && is_there /usr/sbin/mariadbd; then
    if settings=$(mariadb_settings); then
        printf '%s\n' "$settings" | awk '{ print "\t" $0 }'
    else
        printf '!!! %s\n' "$(echo "$settings" | grep ERROR | head -n 1)"
    fi
fi

# Without private keys, files that each host has of its own, and files that programs rewrite.
section files
[ "$user" != 0 ] || echo root
find /etc /usr/local/bin /usr/local/sbin -xdev \
    \( -path /etc/ssl/private -o -path /etc/ssl/understudy -o -path /etc/letsencrypt -o -path /etc/understudy \
    -o -path '/etc/ssh/ssh_host_*' -o -path /etc/nginx/sites-available -o -path /etc/systemd \
    -o -path /etc/cron.d -o -path /etc/crontab \) -prune -o \
    -type f -perm -o=r -exec md5sum {} + 2>/dev/null | awk '{ print "found\t" $0 }'
# Which hosts a proxy passes requests on to.
find /etc/haproxy -name '*.cfg' -type f -perm -o=r -exec awk '{ print "text\t" FILENAME "\t" $0 }' {} + 2>/dev/null

section modes
find / /tmp /var/tmp /srv "/run/$site" -maxdepth 0 -printf '%y %m %u:%g %p\n' 2>/dev/null
find /home -maxdepth 1 -printf '%y %m %u:%g %p\n' 2>/dev/null
find "/srv/$site" -maxdepth 2 \( -path "/srv/$site/releases/*" -o -path "/srv/$site/venvs/*" \
    -o -path "/srv/$site/static/*" -o -path "/srv/$site/cache/*" -o -path "/srv/$site/shared/*/*" \) -prune \
    -o -printf '%y %m %u:%g %p\n' 2>/dev/null
# nginx's files and units are listed by the names of their links.
find -L /etc/nginx /etc/systemd/system /usr/local/lib/systemd/system -printf '%y %m %u:%g %p\n' 2>/dev/null
find /etc /usr/local/bin /usr/local/sbin /var/log/nginx -xdev \
    \( -path /etc/nginx -o -path /etc/systemd/system -o -path '/etc/ssl/understudy/*' -o -path '/etc/letsencrypt/*/*' \) \
    -prune -o -printf '%y %m %u:%g %p\n' 2>/dev/null

section observed
# It runs twice a day.
find /var/lib/systemd/timers -name stamp-certbot.timer \( -mmin -2880 -printf 'renewal\n' -o -printf 'no renewal\n' \) \
    2>/dev/null
[ ! -e /run/reboot-required ] || echo reboot

echo "@@@ end"
