"""What is kept of a host's output, section by section, and what is left out."""

import pytest

from tests.unit.capture_samples import SECTIONS, captured

CHAIN = "/etc/letsencrypt/live/{domain}/fullchain.pem"
# Section -> all that is kept of the sample.
KEPT = {
    "os": {
        "kernel": "6.1.0-37-cloud-amd64",
        "like": "debian",
        "machine": "x86_64",
        "name": "debian 12",
        "point release": "12.11",
    },
    "packages": {
        "curl": "7.88.1-10 held",
        "nginx": "1.22.1-9+deb12u2",
        "python3": "3.11.2-1+b1",
        "zip": "3.0-13 half-configured",
    },
    "manual": {"curl": "yes", "nginx": "yes", "zip": "yes"},
    "python": {"/usr/bin/python3": "/usr/bin/python3.11"},
    "locale": {"LANG": "C.UTF-8", "available C.utf8": "yes"},
    "time": {"clock source": "kvm-clock", "zone": "Etc/UTC"},
    "cpu": {"count": "2", "flag avx2": "yes", "flag sse4_1": "yes"},
    "memory": {"swap": "1 GiB", "total": "970 MiB"},
    "mounts": {
        "/.options": "rw,relatime",
        "/.size": "9.5 GiB",
        "/.type": "ext4",
        "/run.options": "rw,nosuid,mode=755",
        "/run.type": "tmpfs",
    },
    "sysctl": {
        "net.core.somaxconn": "4096",
        "net.ipv4.tcp_rmem": "4096 131072 6291456",
        "transparent_hugepage": "madvise",
    },
    "limits": {
        "/etc/security/limits.d/web.conf": "* hard nofile 4096",
        "login.UMASK": "022",
        "nginx.service.LimitNOFILE": "524288",
        "todo@.service.UMask": "0027",
    },
    "ports": {
        "tcp 0.0.0.0:80": "nginx",
        "tcp [::]:22": "sshd",
        "udp address:68": "systemd-network",
    },
    "firewall": {
        "table inet understudy": "table inet understudy {\n"
        "    chain input {\n        tcp dport 80 accept\n    }\n}"
    },
    "users": {
        "group adm": "4",
        "group root": "0",
        "group todo": "998",
        "root.groups": "adm root",
        "root.home": "/root /bin/bash",
        "root.number": "0",
        "todo.groups": "adm todo",
        "todo.home": "/srv/todo /usr/sbin/nologin",
        "todo.number": "998",
    },
    "sudo": {
        "/etc/sudoers": "#include /etc/more\n#1000 ALL=(ALL) ALL\nroot ALL=(ALL:ALL) ALL",
        "/etc/sudoers.d/ops": "ops ALL=(ALL) NOPASSWD: ALL",
        "/etc/sudoers.d/understudy-shop": "deploy ALL=(root) NOPASSWD: /usr/local/sbin/understudy-site shop *",
    },
    "hosts": {"database": "192.0.2.9", "localhost": "127.0.0.1"},
    "environment": {
        "ALLOWED_HOSTS": "current/environment",
        "HTTP_PROXY": "/etc/environment",
        "SECRET_KEY": "shared/env",
    },
    "units": {
        "broken.service": "failed",
        "cron.service": "enabled",
        "getty@.service": "enabled",
        "gone.timer": "masked",
        "nginx.service": "enabled, active",
        "rpcbind.service": "disabled, active",
        "rpcbind.socket": "disabled",
        "todo@.service": "active",
    },
    "processes": {
        "mail-out": "1 of another release",
        "worker": "2 of the live release, 1 of another release",
    },
    "unit_files": {
        "/etc/systemd/system/nginx.service.d/more.conf": "[Service]\n"
        "Environment=API_TOKEN=*** PLACE=***\nLimitNOFILE=1024"
    },
    "cron": {"/etc/cron.d/clean": "MAILTO=ops@example.com\nKEY=***\n5 4 * * * todo /bin/clean"},
    "nginx": {
        "/etc/nginx/nginx.conf": "user www-data;\nhttp {\n    include mime.types; # all\n}",
        "/etc/nginx/sites-enabled/todo": "server {\n    server_name {domain};\n"
        "    proxy_set_header Authorization ***;\n}",
    },
    "certificates": {
        "/etc/ssl/gone.pem ends": "can't be read",
        f"{CHAIN} begins": "2027-01-01",
        f"{CHAIN} ends": "2027-06-01",
        f"{CHAIN} issuer": "C = US, O = Let's Encrypt, CN = R3",
        f"{CHAIN} names": "{domain} www.{domain}",
        f"{CHAIN} subject": "CN = {domain}",
    },
    "postgresql": {
        "primary_conninfo": "host=db password=***",
        "ssl_passphrase_command": "***",
        "version": "15",
        "work_mem": "4MB",
    },
    "mariadb": {"init_connect": "password=***", "skip_networking": "ON", "version": "10.11"},
    "files": {
        "/etc/issue": "removed",
        "/etc/logrotate.conf": "999999999999, changed",
        "/usr/local/bin/helper": "aaaaaaaaaaaa",
    },
    "modes": {
        "/etc/hosts": "600 root:root",
        "/etc/letsencrypt/archive": "700 root:root",
        "/etc/private.conf": "600 root:root",
        "/srv/todo/shared/env": "640 root:todo",
        "/tmp": "1777 root:root",
        "/var/log/nginx/access.log": "640 www-data:adm",
    },
    "observed": {
        "clock": "right to 2 s",
        f"certificate {CHAIN}": "valid",
        "free inodes on /": "10 % or more",
        "free space on /": "10 % or more",
        "reboot required": "no",
    },
}


@pytest.mark.parametrize("section", KEPT)
def test_each_section_is_read(section: str) -> None:
    assert captured().sections[section] == KEPT[section]


def test_each_section_has_a_test_here() -> None:
    assert captured().sections.keys() == KEPT.keys()


@pytest.mark.parametrize("section", KEPT)
def test_entries_are_sorted(section: str) -> None:
    keys = list(captured().sections[section])
    assert keys == sorted(keys)


def test_no_secret_is_kept() -> None:
    kept = repr(captured())

    for secret in ("hunter2", "aHVudGVyMjpodW50ZXIy", "the sea", "Ann Owner"):
        assert secret not in kept


@pytest.mark.parametrize(
    ("section", "path"),
    [
        ("nginx", "/etc/nginx/sites-enabled/todo"),
        ("unit_files", "/etc/systemd/system/nginx.service.d/more.conf"),
    ],
)
@pytest.mark.parametrize("how", ["not for others", "unknown", "in a closed directory"])
def test_only_setting_names_are_kept_of_a_protected_file(section: str, path: str, how: str) -> None:
    line = f"f 644 root:root {path}"
    changed = {
        "not for others": f"f 640 root:root {path}",
        "unknown": "",
        "in a closed directory": f"{line}\nd 750 root:root {path.rpartition('/')[0]}",
    }
    found = captured(modes=SECTIONS["modes"].replace(line, changed[how]))

    kept = found.entry(f"{section}.{path}")
    assert kept
    assert "***" in kept
    assert "LimitNOFILE=1024" not in kept
    assert "{domain}" not in kept


@pytest.mark.parametrize(
    ("section", "text", "entry", "value"),
    [
        ("clock", "1800000042", "clock", "ahead by about 40 s"),
        ("clock", "1799996399.5", "clock", "behind by about 4000 s"),
        ("clock", "", "clock", "unknown"),
        ("observed", "reboot", "reboot required", "yes"),
        ("observed", "renewal", "certbot's timer", "ran"),
        ("observed", "no renewal\nreboot", "certbot's timer", "has not run for two days"),
        ("mounts", "space\t4096 1000 99 0 0 /", "free space on /", "under 10 %"),
        ("mounts", "space\t4096 1000 500 100 9 /", "free inodes on /", "under 10 %"),
        (
            "certificates",
            "/c.pem\tnotAfter=Jan 20 00:00:00 2027 GMT",
            "certificate /c.pem",
            "ends soon",
        ),
        (
            "certificates",
            "/c.pem\tnotAfter=Jan 10 00:00:00 2027 GMT",
            "certificate /c.pem",
            "ended",
        ),
    ],
)
def test_values_that_change_by_themselves_are_kept_as_a_judgement(
    section: str, text: str, entry: str, value: str
) -> None:
    assert captured(**{section: text}).entry(f"observed.{entry}") == value


def test_file_system_without_fixed_inodes_has_no_entry_for_them() -> None:
    found = captured(mounts="space\t4096 1000 500 0 0 /")

    assert found.entry("observed.free inodes on /") is None


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ("sudo", "needs root, and sudo said no"),
        ("postgresql", "no psql on this host"),
        ("nginx", 'nginx: [emerg] unknown directive "serverr" in /etc/nginx/nginx.conf:3'),
    ],
)
def test_unreadable_section_has_the_reason(section: str, reason: str) -> None:
    found = captured(**{section: f"!!! {reason}"})

    assert found.unreadable == {section: reason}
    assert found.sections[section] == {"unreadable": reason}


BANS = """table ip filter {
    chain INPUT {
        type filter hook input priority filter; policy accept;
        meta l4proto tcp tcp dport { 22 } counter jump f2b-sshd
    }

    chain f2b-sshd {
        ip saddr 192.0.2.1 counter reject
        counter return
    }
}
table inet f2b-table {
    set addr-set-nginx {
        type ipv4_addr
    }
}"""


def test_temporary_bans_are_no_change() -> None:
    ours = SECTIONS["firewall"]
    bans = "".join(f"\t{line}\n" for line in BANS.splitlines())

    found = captured(firewall=bans + ours).sections["firewall"]

    assert "f2b" not in str(found)
    assert "policy accept;\n    }\n}" in found["table ip filter"]
    assert found.keys() == {"table ip filter", "table inet understudy"}


def test_files_are_unreadable_without_the_list_of_packages() -> None:
    why = "no dpkg-query on this host"

    assert captured(packages=f"!!! {why}").unreadable == dict.fromkeys(
        ("packages", "manual", "files"), why
    )


def test_text_of_haproxys_file_is_kept_without_its_comments_and_the_domain() -> None:
    path = "/etc/haproxy/todo.cfg"
    lines = ("# made 2027", "backend web", "    http-check send hdr Host todo.example.com")
    text = "".join(f"\ntext\t{path}\t{line}" for line in lines)
    digest = "\nfound\teeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee  " + path

    found = captured(files=SECTIONS["files"] + digest + text).entry(f"files.{path}")

    assert found == "backend web\n    http-check send hdr Host {domain}"


def test_no_file_is_reported_as_removed_without_root() -> None:
    """It may be in a directory that only root can read."""
    found = captured(files=SECTIONS["files"].replace("root\n", ""))

    assert "removed" not in found.sections["files"].values()
    assert found.entry("files./usr/local/bin/helper")


def test_reason_of_an_unreadable_section_shows_no_secret() -> None:
    found = captured(
        postgresql="!!! FATAL: postgres://app:hunter2@db/app: password=hunter2 is wrong"
    )

    assert "hunter2" not in found.unreadable["postgresql"]


def test_host_without_python_says_so() -> None:
    assert captured(python="").unreadable == {"python": "no Python on this host"}


def test_sample_has_each_section_once() -> None:
    assert set(SECTIONS) == {*KEPT, "clock", "end"}


def test_container_has_the_memory_and_processors_that_it_may_use() -> None:
    memory = SECTIONS["memory"]
    version_1 = f"{memory}\n/sys/fs/cgroup/memory/memory.limit_in_bytes\t536870912"
    version_2 = f"{memory}\n/sys/fs/cgroup/memory.max\t536870912"

    for text in (version_1, version_2):
        assert captured(memory=text).sections["memory"]["total"] == "510 MiB"
    assert captured(cpu=f"{SECTIONS['cpu']}\nusable\t1").sections["cpu"]["count"] == "1"


def test_limits_above_what_the_machine_has_are_none() -> None:
    memory = f"{SECTIONS['memory']}\n/sys/fs/cgroup/memory.max\tmax"
    memory += "\n/sys/fs/cgroup/memory/memory.limit_in_bytes\t9223372036854771712"

    assert captured(memory=memory).sections["memory"]["total"] == "970 MiB"
    assert captured(cpu=f"{SECTIONS['cpu']}\nusable\t2").sections["cpu"]["count"] == "2"


def test_container_is_noted() -> None:
    found = captured(os=f"{SECTIONS['os']}\n/run/systemd/container\tlxc")

    assert found.sections["os"]["container"] == "lxc"


def test_root_directory_of_a_container_is_a_disk() -> None:
    options = "rw,relatime,lowerdir=/boxes/1:/boxes/2,upperdir=/c/upper,workdir=/c/work,uuid=on"
    mounts = f"""\
/proc/self/mounts\tnone / overlay {options} 0 0
/proc/self/mounts\toverlay /var/lib/docker/overlay2/x/merged overlay rw 0 0
space\t4096 2500000 1800000 640000 600000 /"""

    found = captured(mounts=mounts).sections

    assert found["mounts"] == {
        "/.options": "rw,relatime,uuid=on",
        "/.size": "9.5 GiB",
        "/.type": "overlay",
    }
    assert found["observed"]["free space on /"] == "10 % or more"
