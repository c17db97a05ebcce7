"""A host's output to the query of a capture, section by section, and how to change it."""

from collections.abc import Mapping

from understudy.parity.capture.parse import parse
from understudy.parity.capture.value import Capture

# 2027-01-15: the certificate below ends in June.
STARTED_AT = 1_800_000_000.0

SECTIONS: Mapping[str, str] = {
    "clock": "1800000000.31",
    "os": """\
/etc/os-release\tPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
/etc/os-release\tVERSION_ID="12"
/etc/os-release\tID=debian
/etc/debian_version\t12.11
/proc/sys/kernel/osrelease\t6.1.0-37-cloud-amd64
machine\tx86_64""",
    "packages": """\
package\tinstall\tinstalled\tnginx\t1.22.1-9+deb12u2
package\tinstall\tinstalled\tpython3\t3.11.2-1+b1
package\thold\tinstalled\tcurl\t7.88.1-10
package\tdeinstall\tconfig-files\tapache2\t2.4.62-1
package\tinstall\thalf-configured\tzip\t3.0-13
shipped\t11111111111111111111111111111111\t/etc/nginx/nginx.conf\t
shipped\t22222222222222222222222222222222\t/etc/default/cron\t
shipped\t33333333333333333333333333333333\t/etc/logrotate.conf\t
shipped\t44444444444444444444444444444444\t/etc/issue\t
shipped\t55555555555555555555555555555555\t/etc/old.conf\tobsolete
shipped\t66666666666666666666666666666666\t/etc/private.conf\t
shipped\t77777777777777777777777777777777\t/usr/lib/sysctl.d/search.conf\t""",
    "manual": "auto\tpython3",
    "python": """\
/usr/bin/python3\t/usr/bin/python3.11
/usr/bin/python3.11-config\t/usr/bin/x86_64-linux-gnu-python3.11-config""",
    "locale": '/etc/default/locale\tLANG="C.UTF-8"\navailable\tC.utf8',
    "time": "zone\t/usr/share/zoneinfo/Etc/UTC\n/sys/devices/clocksource0/current_clocksource\tkvm-clock",
    "cpu": """\
/proc/cpuinfo\tprocessor\t: 0
/proc/cpuinfo\tflags\t\t: fpu vme avx2 sse4_1
/proc/cpuinfo\tprocessor\t: 1
/proc/cpuinfo\tflags\t\t: fpu vme avx2 sse4_1""",
    "memory": """\
/proc/meminfo\tMemTotal:         993412 kB
/proc/swaps\tFilename\tType\tSize\tUsed\tPriority
/proc/swaps\t/swap file 1048572 0 -2""",
    "mounts": """\
/proc/self/mounts\tproc /proc proc rw 0 0
/proc/self/mounts\t/dev/vda1 / ext4 rw,relatime 0 0
/proc/self/mounts\ttmpfs /run tmpfs rw,nosuid,size=99344k,nr_inodes=819200,mode=755 0 0
/proc/self/mounts\ttmpfs /run/user/1000 tmpfs rw 0 0
space\t4096 2500000 1800000 640000 600000 /""",
    "sysctl": """\
net/core/somaxconn\t4096
net/ipv4/tcp_rmem\t4096\t131072\t6291456
/sys/kernel/mm/transparent_hugepage/enabled\talways [madvise] never""",
    "limits": """\
login\tUMASK=022
nginx.service\tLimitNOFILE=524288
/etc/security/limits.conf\t# as it comes
/etc/security/limits.d/web.conf\t# more
/etc/security/limits.d/web.conf\t* hard nofile 4096
todo@0123abcd-1.service\tUMask=0027""",
    "ports": """\
tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=612,fd=5),("nginx",pid=611,fd=5))
tcp LISTEN 0 128 [::]:22 [::]:* users:(("sshd",pid=402,fd=4),("(agetty)",pid=9,fd=4))
udp UNCONN 0 0 192.0.2.7%ens3:68 0.0.0.0:* users:(("systemd-network",pid=301,fd=15))
udp UNCONN 0 0 0.0.0.0:48123 0.0.0.0:* users:(("systemd-timesyn",pid=300,fd=12))""",
    "firewall": "\ttable inet understudy {\n\t\tchain input {\n\t\t\ttcp dport 80 accept\n\t\t}\n\t}",
    "users": """\
/etc/passwd\troot:x:0:0:root:/root:/bin/bash
/etc/passwd\ttodo:x:998:998:Ann Owner:/srv/todo:/usr/sbin/nologin
/etc/passwd\tan odd line
/etc/group\troot:x:0:
/etc/group\ttodo:x:998:
/etc/group\tadm:x:4:todo,root""",
    "sudo": """\
/etc/sudoers\t# all
/etc/sudoers\t#includedir /etc/sudoers.d
/etc/sudoers\t#include /etc/more
/etc/sudoers\t#1000 ALL=(ALL) ALL
/etc/sudoers\troot ALL=(ALL:ALL) ALL
/etc/sudoers.d/ops\tops ALL=(ALL) NOPASSWD: ALL
/etc/sudoers.d/understudy-shop\tdeploy ALL=(root) NOPASSWD: /usr/local/sbin/understudy-site shop *""",
    "hosts": """\
/etc/hosts\t127.0.0.1 localhost
/etc/hosts\t127.0.1.1 web1.example.com web1
/etc/hosts\t192.0.2.9 database # ours
/proc/sys/kernel/hostname\tweb1""",
    "environment": """\
/srv/todo/shared/env\tSECRET_KEY
/srv/todo/current/environment\tALLOWED_HOSTS
/etc/environment\tHTTP_PROXY""",
    "units": """\
file\tnginx.service
file\trpcbind.service
file\trpcbind.socket
file\tgone.timer
link\tnginx.service\t/etc/systemd/system/multi-user.target.wants/nginx.service\t/lib/systemd/system/nginx.service
link\tgetty@tty1.service\t/etc/systemd/system/getty.target.wants/getty@tty1.service\t/lib/systemd/system/getty@.service
link\tcron.service\t/etc/systemd/system/multi-user.target.wants/cron.service\t/lib/systemd/system/cron.service
link\tgone.timer\t/etc/systemd/system/gone.timer\t/dev/null
link\tsshd.service\t/etc/systemd/system/sshd.service\t/lib/systemd/system/ssh.service
unit\tnginx.service loaded active running A web server
unit\trpcbind.service loaded active running RPC
unit\tpolkit.service loaded active running Authority
unit\ttodo@0123abcd-1.service loaded active running todo
unit\ttodo@0000.service loaded inactive dead todo
unit\ttodo@ffff.service loaded failed failed todo
unit\tapt-daily.service loaded activating start Downloads
unit\t● broken.service loaded failed failed Broken
unit\tghost.service not-found inactive dead ghost
unit\trun-u7.service loaded active running made up
unit\tuser@1000.service loaded active running User Manager""",
    "processes": """\
live\t0123abcd-1
unit\ttodo-worker@0123abcd-1.service
unit\ttodo-worker@0123abcd-1.2.service
unit\ttodo-worker@ffff.service
unit\ttodo-mail-out@ffff.service""",
    "unit_files": """\
/etc/systemd/journald.conf\t# as it comes
/etc/systemd/journald.conf\t[Journal]
/etc/systemd/system/nginx.service.d/more.conf\t; more
/etc/systemd/system/nginx.service.d/more.conf\t[Service]
/etc/systemd/system/nginx.service.d/more.conf\tEnvironment=API_TOKEN=hunter2 "PLACE=the sea"
/etc/systemd/system/nginx.service.d/more.conf\tLimitNOFILE=1024""",
    "cron": """\
/etc/cron.d/clean\tMAILTO=ops@example.com
/etc/cron.d/clean\tKEY=hunter2
/etc/cron.d/clean\t5 4 * * * todo /bin/clean""",
    "nginx": """\
\t# configuration file /etc/nginx/nginx.conf:
\tuser www-data;
\thttp {
\t    include mime.types; # all
\t}
\t# configuration file /etc/nginx/mime.types:
\ttypes {}
\t# configuration file /etc/nginx/sites-enabled/todo:
\tserver {
\t
\t    # the name
\t\tserver_name todo.example.com;
\t    proxy_set_header Authorization "Basic aHVudGVyMjpodW50ZXIy";
\t}""",
    "certificates": """\
/etc/letsencrypt/live/todo.example.com/fullchain.pem\tsubject=CN = todo.example.com
/etc/letsencrypt/live/todo.example.com/fullchain.pem\tissuer=C = US, O = Let's Encrypt, CN = R3
/etc/letsencrypt/live/todo.example.com/fullchain.pem\tnotBefore=Jan  1 00:00:00 2027 GMT
/etc/letsencrypt/live/todo.example.com/fullchain.pem\tnotAfter=Jun  1 12:00:00 2027 GMT
/etc/letsencrypt/live/todo.example.com/fullchain.pem\tX509v3 Subject Alternative Name:
/etc/letsencrypt/live/todo.example.com/fullchain.pem\t    DNS:www.todo.example.com, DNS:todo.example.com
/etc/ssl/gone.pem\tCan't open "/etc/ssl/gone.pem" for reading""",
    "mariadb": "\tversion\t10.11\n\tskip_networking\tON\n\tinit_connect\tpassword=hunter2",
    "postgresql": "\tversion\t15\n\tprimary_conninfo\thost=db password=hunter2\n\t"
    "ssl_passphrase_command\techo hunter2\n\twork_mem\t4MB",
    "files": """\
root
found\t99999999999999999999999999999999  /etc/nginx/nginx.conf
found\t22222222222222222222222222222222  /etc/default/cron
found\t99999999999999999999999999999999  /etc/logrotate.conf
found\taaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  /usr/local/bin/helper
found\tcccccccccccccccccccccccccccccccc  /etc/ssl/certs/ssl-cert-snakeoil.pem
found\tdddddddddddddddddddddddddddddddd  /etc/nginx/sites-enabled/todo
found\tbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb  /etc/machine-id""",
    "modes": """\
d 1777 root:root /tmp
d 755 root:root /etc
f 644 root:root /etc/nginx/nginx.conf
f 644 root:root /etc/nginx/sites-enabled/todo
f 644 root:root /etc/systemd/system/nginx.service.d/more.conf
f 644 root:root /etc/default/cron
f 644 root:root /etc/logrotate.conf
f 600 root:root /etc/private.conf
f 600 root:root /etc/hosts
l 777 root:root /etc/localtime
f 600 root:root /etc/.pwd.lock
f 640 www-data:adm /var/log/nginx/access.log
f 640 www-data:adm /var/log/nginx/access.log.12.gz
f 640 www-data:adm /var/log/nginx/access.log-20270114.gz
d 700 root:root /etc/letsencrypt/archive
f 600 root:root /etc/letsencrypt/archive/todo.example.com/privkey7.pem
f 640 root:todo /srv/todo/shared/env""",
    "observed": "",
    "end": "",
}


def output(**changes: str) -> str:
    """The whole output, with some sections changed."""
    sections = {**SECTIONS, **changes}
    return "".join(
        f"@@@ {name}\n{text}\n" if text else f"@@@ {name}\n" for name, text in sections.items()
    )


def captured(**changes: str) -> Capture:
    return parse(output(**changes), "todo", "todo.example.com", STARTED_AT)
