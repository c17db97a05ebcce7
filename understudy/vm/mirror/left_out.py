"""What a VM does not take over from production: patterns, each with its reason."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

_SNAPS = "snaps are no packages of the archive"
_METAPACKAGE = "a metapackage: what it needs is listed by name"
_REPORTS = "sends reports of the machine to its maker"
_BOOT = "each machine boots its own way"
_HARDWARE = "for hardware that a VM does not have"
_PROVIDER = "belongs to the provider of the server"
_NETWORK = "the VM has its own network"
_LOGIN = "the VM has its own SSH server"
_MAIL = "staging must not send mail"
_UPDATES = "would change the VM while it is tested"
_PORT = "would take the site's port from nginx"

PACKAGES: Mapping[str, str] = {
    "linux-*": _BOOT,
    "grub*": _BOOT,
    "shim*": _BOOT,
    "systemd-boot*": _BOOT,
    "efi*": _BOOT,
    "initramfs-tools*": _BOOT,
    "dracut*": _BOOT,
    "mdadm": _BOOT,
    "lvm2": _BOOT,
    "cryptsetup*": _BOOT,
    "firmware-*": _HARDWARE,
    "*-microcode": _HARDWARE,
    "smartmontools": _HARDWARE,
    "lm-sensors": _HARDWARE,
    "fwupd*": _HARDWARE,
    "open-iscsi": _HARDWARE,
    "multipath-tools*": _HARDWARE,
    "cloud-*": _PROVIDER,
    "qemu-guest-agent": _PROVIDER,
    "open-vm-tools*": _PROVIDER,
    "waagent": _PROVIDER,
    "landscape-*": _PROVIDER,
    "lxd-*": _PROVIDER,
    "pollinate": _PROVIDER,
    "ubuntu-advantage-*": _PROVIDER,
    "ubuntu-pro-*": _PROVIDER,
    "amazon-*": _PROVIDER,
    "google-*": _PROVIDER,
    "ifupdown*": _NETWORK,
    "netplan*": _NETWORK,
    "network-manager*": _NETWORK,
    "isc-dhcp-client*": _NETWORK,
    "dhcpcd*": _NETWORK,
    "resolvconf": _NETWORK,
    "openresolv": _NETWORK,
    "wireguard*": _NETWORK,
    "openvpn*": _NETWORK,
    "ssh": _LOGIN,
    "openssh-*": _LOGIN,
    "dropbear*": _LOGIN,
    "ssh-import-id": _LOGIN,
    "postfix*": _MAIL,
    "exim4*": _MAIL,
    "sendmail*": _MAIL,
    "opensmtpd*": _MAIL,
    "nullmailer": _MAIL,
    "msmtp*": _MAIL,
    "ssmtp": _MAIL,
    "unattended-upgrades": _UPDATES,
    "apticron": _UPDATES,
    "update-manager*": _UPDATES,
    "update-notifier*": _UPDATES,
    "snapd": _SNAPS,
    "apport*": _REPORTS,
    "popularity-contest": _REPORTS,
    "whoopsie*": _REPORTS,
    "ubuntu-minimal": _METAPACKAGE,
    "ubuntu-server*": _METAPACKAGE,
    "ubuntu-standard": _METAPACKAGE,
    "cron-apt": _UPDATES,
    "apache2*": _PORT,
    "lighttpd*": _PORT,
    "caddy*": _PORT,
    "haproxy": _PORT,
    "varnish*": _PORT,
}

# Units that are enabled or not by the VM's own needs.
UNITS: Mapping[str, str] = {
    "systemd-*": _BOOT,
    "dbus*": _BOOT,
    "grub*": _BOOT,
    "*getty*": _BOOT,
    "network*": _NETWORK,
    "netplan*": _NETWORK,
    "ifup*": _NETWORK,
    "dhcpcd*": _NETWORK,
    "ufw*": _NETWORK,
    "ssh*": _LOGIN,
    **dict.fromkeys(
        (
            "nftables*",
            "nginx*",
            "haproxy*",
            "certbot*",
            "postgresql*",
            "mariadb*",
            "mysql*",
            "rabbitmq*",
            "epmd*",
        ),
        "provisioning decides whether it runs",
    ),
}

SYSCTL: Mapping[str, str] = {
    "vm.nr_hugepages": "would take memory that the VM may not have",
    "kernel.core_pattern": "may name a program that the VM does not have",
}


def why(name: str, table: Mapping[str, str]) -> str | None:
    """Why a name is left out by that table; None if it is not."""
    reasons = (reason for pattern, reason in table.items() if fnmatchcase(name, pattern))
    return next(reasons, None)
