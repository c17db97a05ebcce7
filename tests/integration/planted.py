"""Differences to plant on a host, one at a time: the command, where drift must find it, and the undo.

Shell, run as root. Files that are replaced are saved in /root/planted, which no capture reads.
"""

from dataclasses import dataclass

ASIDE = "/root/planted"
RELOAD = "systemctl daemon-reload"
CONFFILE = "/etc/nginx/fastcgi.conf"
# Changes of dpkg's records need no mirror, and replace no package.
DPKG = "/var/lib/dpkg/status"


@dataclass(frozen=True)
class Planted:
    """path: the difference that drift has to show. It may show others that follow from it."""

    name: str
    path: str
    plant: str
    undo: str


def edited(name: str, path: str, file: str, sed: str) -> Planted:
    """A file that is changed with sed, and restored."""
    keep = f"mkdir -p {ASIDE}; cp -a {file} {ASIDE}/file"
    # A sed that matches nothing would plant nothing.
    change = f"sed -i '{sed}' {file}; ! cmp -s {file} {ASIDE}/file"
    return Planted(name, path, f"{keep}; {change}", f"cp -a {ASIDE}/file {file}")


def added(name: str, path: str, file: str, text: str, after: str = "true") -> Planted:
    """A new file. after: command to run after the file is written, and after it is removed."""
    put = f"mkdir -p {file.rpartition('/')[0]}; printf '{text}' >{file}; {after}"
    return Planted(name, path, put, f"rm {file}; {after}")


def sysctl(key: str, value: str) -> Planted:
    keep = f"mkdir -p {ASIDE}; sysctl -n {key} >{ASIDE}/value"
    back = f'sysctl -qw {key}="$(cat {ASIDE}/value)"'
    return Planted(key, f"sysctl.{key}", f"{keep}; sysctl -qw {key}='{value}'", back)


PACKAGES = (
    edited(
        "package of another version",
        "packages.tzdata",
        DPKG,
        "/^Package: tzdata$/,/^$/s/^Version: .*/Version: 2020a-1/",
    ),
    edited(
        "package of another revision",
        "packages.nginx",
        DPKG,
        "/^Package: nginx$/,/^$/s/^Version: .*/&.1/",
    ),
    edited(
        "package missing",
        "packages.netbase",
        DPKG,
        "/^Package: netbase$/,/^$/s/^Status: .*/Status: deinstall ok config-files/",
    ),
    Planted(
        "package more",
        "packages.planted",
        f"mkdir -p {ASIDE}/deb/DEBIAN; cd {ASIDE}; printf 'Package: planted\\nVersion: 1\\n"
        "Architecture: all\\nMaintainer: tests <tests@localhost>\\nDescription: planted\\n' "
        ">deb/DEBIAN/control; dpkg-deb -b deb planted.deb; dpkg -i planted.deb",
        "dpkg -P planted",
    ),
    Planted("package held", "packages.curl", "apt-mark hold curl", "apt-mark unhold curl"),
    added(
        "another Python",
        "python./usr/local/bin/python3.13",
        "/usr/local/bin/python3.13",
        "#!/bin/sh\\n",
        "[ ! -e /usr/local/bin/python3.13 ] || chmod 755 /usr/local/bin/python3.13",
    ),
)

SYSTEM = (
    edited("locale", "locale.LANG", "/etc/default/locale", "s/^LANG=.*/LANG=POSIX/"),
    Planted(
        "time zone",
        "time.zone",
        "ln -sfn /usr/share/zoneinfo/Asia/Tokyo /etc/localtime",
        "ln -sfn /usr/share/zoneinfo/Etc/UTC /etc/localtime",
    ),
    Planted("clock", "observed.clock", "date -s '+60 sec'", "date -s '-60 sec'"),
    Planted(
        "processor off",
        "cpu.count",
        "echo 0 >/sys/devices/system/cpu/cpu1/online",
        "echo 1 >/sys/devices/system/cpu/cpu1/online",
    ),
    Planted(
        "swap",
        "memory.swap",
        f"mkdir -p {ASIDE}; fallocate -l 64M {ASIDE}/swap; chmod 600 {ASIDE}/swap; mkswap {ASIDE}/swap; "
        f"swapon {ASIDE}/swap",
        f"swapoff {ASIDE}/swap; rm {ASIDE}/swap",
    ),
    Planted(
        "mount option",
        "mounts./dev/shm.options",
        "mount -o remount,noexec /dev/shm",
        "mount -o remount,exec /dev/shm",
    ),
    Planted("mount", "mounts./var/tmp.type", "mount -t tmpfs tmpfs /var/tmp", "umount /var/tmp"),
    Planted(
        "disk nearly full",
        "observed.free space on /",
        f"mkdir -p {ASIDE}; fallocate -l $(df --output=avail -k / | tail -n 1 | "
        f"awk '{{ printf \"%d\", $1 * 0.97 }}')K {ASIDE}/big",
        f"rm {ASIDE}/big",
    ),
    Planted(
        "reboot required",
        "observed.reboot required",
        "touch /run/reboot-required",
        "rm /run/reboot-required",
    ),
    sysctl("net.core.somaxconn", "128"),
    sysctl("vm.swappiness", "1"),
    sysctl("vm.max_map_count", "70000"),
    sysctl("net.ipv4.ip_local_port_range", "40000 41000"),
    sysctl("kernel.core_pattern", "/tmp/core"),
    edited("umask", "limits.login.UMASK", "/etc/login.defs", "s/^UMASK.*/UMASK 077/"),
    Planted(
        "limit that is in force and in no file of /etc",
        "limits.nginx.service.MemoryMax",
        "systemctl set-property --runtime nginx.service MemoryMax=512M",
        "systemctl revert nginx.service",
    ),
    edited(
        "limits of logins",
        "limits./etc/security/limits.conf",
        "/etc/security/limits.conf",
        "$a* hard nofile 64",
    ),
)

SERVICES = (
    Planted(
        "nginx stopped", "units.nginx.service", "systemctl stop nginx", "systemctl start nginx"
    ),
    Planted(
        "unit not enabled",
        "units.todo.service",
        "systemctl disable -q todo.service",
        "systemctl enable -q todo.service",
    ),
    Planted(
        "timer masked",
        "units.systemd-tmpfiles-clean.timer",
        "systemctl mask -q systemd-tmpfiles-clean.timer",
        # A timer that was running when it was masked has failed.
        "systemctl unmask -q systemd-tmpfiles-clean.timer; systemctl restart systemd-tmpfiles-clean.timer",
    ),
    Planted(
        "unit that failed",
        "units.planted.service",
        "systemd-run -q --unit=planted false; for _ in 1 2 3 4 5 6 7 8 9; do "
        "systemctl is-failed -q planted && break; sleep 0.5; done",
        "systemctl reset-failed planted",
    ),
    added(
        "timer more",
        "unit_files./etc/systemd/system/planted.timer",
        "/etc/systemd/system/planted.timer",
        "[Timer]\\nOnCalendar=daily\\n",
        RELOAD,
    ),
    added(
        "drop-in",
        "unit_files./etc/systemd/system/nginx.service.d/planted.conf",
        "/etc/systemd/system/nginx.service.d/planted.conf",
        "[Service]\\nLimitNOFILE=1024\\n",
        RELOAD,
    ),
    edited(
        "unit of the app",
        "unit_files./etc/systemd/system/todo@.service",
        "/etc/systemd/system/todo@.service",
        "s/UMask=0027/UMask=0022/",
    ),
    added(
        "setting of systemd",
        "unit_files./etc/systemd/system.conf.d/planted.conf",
        "/etc/systemd/system.conf.d/planted.conf",
        "[Manager]\\nDefaultLimitNOFILE=64\\n",
    ),
    added("cron job", "cron./etc/cron.d/planted", "/etc/cron.d/planted", "5 4 * * * root true\\n"),
    edited(
        "nginx option",
        "nginx./etc/nginx/nginx.conf",
        "/etc/nginx/nginx.conf",
        "s/worker_connections 768/worker_connections 64/",
    ),
    edited(
        "nginx site",
        "nginx./etc/nginx/sites-enabled/todo",
        "/etc/nginx/sites-available/todo",
        "s/server_tokens off/server_tokens on/",
    ),
    added(
        "nginx file more",
        "nginx./etc/nginx/conf.d/planted.conf",
        "/etc/nginx/conf.d/planted.conf",
        "client_max_body_size 1k;\\n",
    ),
    added("nginx file broken", "nginx", "/etc/nginx/conf.d/planted.conf", "nonsense;\\n"),
    Planted(
        "port more",
        "ports.tcp *:8081",
        "systemd-run -q --unit=planted --socket-property=ListenStream=8081 true",
        "systemctl stop planted.socket",
    ),
    Planted(
        "firewall rule",
        "firewall.table inet understudy",
        "nft add rule inet understudy input tcp dport 8081 accept",
        "nft -f /etc/nftables.d/understudy.nft",
    ),
    Planted(
        "firewall table",
        "firewall.table inet planted",
        "nft add table inet planted",
        "nft delete table inet planted",
    ),
)

FILES_AND_USERS = (
    Planted("user more", "users.planted.home", "useradd -M planted", "userdel planted"),
    Planted(
        "shell of the app's user",
        "users.todo.home",
        "usermod -s /bin/bash todo",
        "usermod -s /usr/sbin/nologin todo",
    ),
    Planted(
        "group of a user",
        "users.www-data.groups",
        "usermod -aG adm www-data",
        "gpasswd -d www-data adm",
    ),
    added(
        "sudo rule",
        "sudo./etc/sudoers.d/planted",
        "/etc/sudoers.d/planted",
        "todo ALL=(root) NOPASSWD: /bin/true\\n",
    ),
    edited("name in /etc/hosts", "hosts.database", "/etc/hosts", "$a192.0.2.9 database"),
    edited("variable more", "environment.PLANTED", "/srv/todo/shared/env", '$aPLANTED="1"'),
    edited(
        "variable missing",
        "environment.SECRET_KEY",
        "/srv/todo/shared/env",
        "s/^SECRET_KEY=/OLD_KEY=/",
    ),
    Planted(
        "secrets that all may read",
        "modes./srv/todo/shared/env",
        "chmod 644 /srv/todo/shared/env",
        "chmod 640 /srv/todo/shared/env",
    ),
    Planted(
        "owner of uploads",
        "modes./srv/todo/shared/media",
        "chown root /srv/todo/shared/media",
        "chown todo /srv/todo/shared/media",
    ),
    Planted("rights of /tmp", "modes./tmp", "chmod 755 /tmp", "chmod 1777 /tmp"),
    edited(
        "setting of sshd", "files./etc/ssh/sshd_config", "/etc/ssh/sshd_config", "$aMaxSessions 3"
    ),
    added("program", "files./usr/local/bin/planted", "/usr/local/bin/planted", "#!/bin/sh\\n"),
    added(
        "package source",
        "files./etc/apt/sources.list.d/planted.list",
        "/etc/apt/sources.list.d/planted.list",
        "deb http://example.com/ stable main\\n",
    ),
    added(
        "certificate authority",
        "files./etc/ssl/certs/planted.pem",
        "/etc/ssl/certs/planted.pem",
        "none\\n",
    ),
    Planted(
        "file of a package removed",
        f"files.{CONFFILE}",
        f"mkdir -p {ASIDE}; mv {CONFFILE} {ASIDE}/",
        f"mv {ASIDE}/fastcgi.conf {CONFFILE}",
    ),
)

ALL = (*PACKAGES, *SYSTEM, *SERVICES, *FILES_AND_USERS)
