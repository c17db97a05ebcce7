"""The questions of the host tests, sent in one command: on a slow host each command costs a second."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from testinfra.host import Host

from understudy.errors import StepFailed

# For all hosts. Shell, run as root. Variables: $site, $root, $deployer, $domain, $chain (the file of the
# site's certificate, or nothing), $release (the live one) and $file (one of its static files, a stylesheet
# if it has one).
QUESTIONS: Mapping[str, str] = {
    "packages": """
        dpkg-query -W -f '${Package} ${db:Status-Status}\\n' nginx python3 sqlite3 nftables curl \\
            apt-listchanges unattended-upgrades
    """,
    "system": '. /etc/os-release; echo "$ID $VERSION_ID $(readlink /usr/bin/python3)"',
    "app user": "getent passwd $site",
    "locale": "cat /etc/default/locale",
    "time zone": "readlink /etc/localtime",
    "like production": "! test -e /etc/understudy/like-production || cat /etc/understudy/like-production",
    "rights": "sudo -l -U $deployer",
    "root's programs": "find /usr/local/sbin/understudy-* /usr/local/lib/understudy",
    "others write root's programs": """
        find /usr /usr/local /usr/local/sbin /usr/local/lib -maxdepth 0 \\( ! -user root -o -perm /002 \\)
        find /usr/local/sbin/understudy-* /usr/local/lib/understudy \\( ! -user root -o -perm /022 \\)
    """,
    "deployer reads shadow": "runuser -u $deployer -- sudo -n cat /etc/shadow",
    "listening": "ss -tlnpH",
    "listening units": """
        ps -o pid=,unit= -p "$(ss -tlnpH | grep -o 'pid=[0-9]*' | cut -d = -f 2 | sort -u | paste -s -d ,)"
        systemctl list-sockets --plain --no-legend
    """,
    "default site": "test -e /etc/nginx/sites-enabled/default",
    "data": "stat -c '%n %a %U:%G' $root/static $root/shared/*",
    "firewall": "nft list chain inet understudy input",
    "mail": "cat /etc/understudy/$site.mail; systemctl is-active understudy-mail-$site.socket",
    # Of addresses that no one has (RFC 5737): a host that captures mail refuses the connection itself.
    "mail goes out": """
        [ "$(cat /etc/understudy/$site.mail 2>/dev/null)" = capture ] || exit 0
        runuser -u $site -- python3 -c '
import socket
for port in 25, 465, 587, 2525:
    try:
        socket.create_connection(("192.0.2.1", port), timeout=5).close()
        print(port, "connected")
    except OSError as error:
        print(port, type(error).__name__)
'
        nft list table inet understudy_mail | grep -c 'tcp dport { 25, 465, 587, 2525 } reject'
        grep -c reject /etc/nftables.d/understudy-mail.nft
    """,
    "locks": "stat -c '%n %a %U' $root/lock $root/lock.step",
    "process locks": "stat -c '%n %a %U %G' $root/locks $root/locks/*",
    "app holds lock": "runuser -u $site -- flock -n $root/lock true",
    "ssh": "sshd -T",
    "kernel": "cd /etc/sysctl.d; sed -n 's/^\\([a-z][^ ]*\\) = .*/\\1/p' 60-understudy.conf | xargs sysctl -e",
    # An active ufw has settings of its own, which it applies when it starts.
    "ufw's kernel": """
        ! grep -qsi '^ENABLED=yes' /etc/ufw/ufw.conf ||
            sed -n 's,^\\(net/[^=]*\\)=.*,\\1,p' /etc/ufw/sysctl.conf | tr / .
    """,
    "wanted kernel": "grep -v '^#' /etc/sysctl.d/60-understudy.conf",
    "container": "systemd-detect-virt --container",
    "modules": "cat /etc/modprobe.d/understudy.conf",
    "core dumps": """
        cd /etc
        cat security/limits.d/understudy.conf systemd/coredump.conf.d/understudy.conf profile.d/understudy.sh
    """,
    "upgrades": "apt-config dump APT::Periodic",
    "new passwords": "cat /etc/pam.d/common-password",
    # As the PAM module asks: below 0 is refused.
    "password rules": """
        python3 -c '
import ctypes
pwquality = ctypes.CDLL("libpwquality.so.1")
pwquality.pwquality_default_settings.restype = ctypes.c_void_p
for password in b"password1", b"abc", b"Xk4-rumpel-9":
    settings = ctypes.c_void_p(pwquality.pwquality_default_settings())
    print(pwquality.pwquality_check(settings, password, None, b"ops", None) >= 0)
'
    """,
    "banners": "cat /etc/issue /etc/issue.net",
    "host name": 'grep -w "$(hostname)" /etc/hosts',
    "passwords": "awk -F: '$2 ~ /^[^!*]/ { print $1 }' /etc/shadow",
    "deployer reads secrets": "runuser -u $deployer -- cat $root/shared/env",
    "admin reads secrets": "runuser -u $SUDO_USER -- cat $root/shared/env",
    "nginx reads secrets": "runuser -u www-data -- cat $root/shared/env",
    "deployer reads nginx's logs": """
        runuser -u $deployer -- head -n 0 /var/log/nginx/$site.access.log /var/log/nginx/$site.error.log
    """,
    "services": "test ! -e $root/shared/services || /usr/local/lib/understudy/services $site",
    "users of services": """
        for unit in $(systemctl list-units --plain --no-legend 'understudy-*@*.service' | cut -d ' ' -f 1); do
            case $unit in understudy-mail@*) continue ;; esac
            systemctl show -p User --value $unit
        done
    """,
    # Of Redis and Valkey: name, port, the answer without a password, what is evicted, whether it is kept.
    "stores": """
        python3 -I -c '
import os, re, socket
def ask(words):
    with socket.create_connection(("127.0.0.1", int(port)), 5) as link:
        link.sendall((words + "\\r\\nQUIT\\r\\n").encode())
        return link.makefile().read()
url = "UNDERSTUDY_(REDIS|VALKEY)_URL=.redis://:([0-9a-f]+)@127.0.0.1:([0-9]+)/0"
for name, password, port in re.findall(url, open(os.environ["root"] + "/shared/services").read()):
    stranger, own = ask("PING").split()[0], ask("AUTH " + password + "\\r\\nINFO")
    policy, kept = re.findall("(?:maxmemory_policy|aof_enabled):([a-z0-9-]+)", own)
    print(name.lower(), port, stranger, policy, kept)
'
    """,
    "release": "echo $release",
    "active": "systemctl is-active $site@$release nginx",
    "enabled": "systemctl is-enabled $site.service nginx",
    "process": 'ps -o user= -p "$(systemctl show -p MainPID --value $site@$release)"',
    "limits": """
        pid=$(systemctl show -p MainPID --value $site@$release)
        grep -E '^(NoNewPrivs|Seccomp|CapBnd|CapEff):' /proc/$pid/status | tr -d '\\t'
        wc -l </proc/$pid/uid_map
        nsenter --mount --target "$pid" sh -c 'echo > /usr/x' 2>&1 | grep -o 'Read-only file system'
    """,
    "nginx -t": "nginx -t",
    # A failed run may be one of another site's certificate.
    "renewal": """
        systemctl is-active certbot.timer
        ! systemctl -q is-failed certbot.service ||
            journalctl -q -u certbot -n 50 --no-pager -o cat | tac | sed '/^Starting /q' |
            grep "certificate $site with error"
        true
    """,
    # The one in the file, the one that visitors get, and when the file was written.
    "certificates": """
        [ -n "$chain" ] || exit 0
        openssl x509 -in "$chain" -noout -serial
        openssl s_client -connect 127.0.0.1:443 -servername $domain </dev/null 2>/dev/null |
            openssl x509 -noout -serial
        date -u -r "$chain" '+%F %H:%M UTC'
    """,
    # As host/facts.sh asks, and the records beside.
    "timers": """
        units=
        for unit in $(sed -n 's/\\.timer$//p' /etc/understudy/$site.units 2>/dev/null); do
            units="$units $unit.timer $unit.service"
        done
        [ -z "$units" ] || TZ=UTC systemctl show -p Id -p ActiveState -p NextElapseUSecRealtime $units |
            sed "s/^Id=$site-/Id=/"
    """,
    "enabled timers": "cd /etc/systemd/system/timers.target.wants && ls | sed -n 's/^'$site'-//p'",
    "live timers": "cat $root/current/timers",
    "records of timers": "cd /var/lib/understudy-timers/$site && grep -H . *",
    "journals of failed timers": """
        cd /var/lib/understudy-timers/$site || exit 0
        for name in $(grep -L '^success' *); do
            grep -qxF "$site-$name.timer" /etc/understudy/$site.units || continue
            echo "$name:"
            journalctl -q -n 20 --no-pager -o cat _SYSTEMD_UNIT=$site-$name.service
        done
    """,
    "off-host timer": """
        systemctl is-active $site-off-host-backup.timer
        systemctl is-enabled $site-off-host-backup.timer
    """,
    "certificate's key": "stat -L -c '%n %a %U' /etc/ssl/understudy/$site/live/privkey.pem",
    "static file": 'echo "$file"',
    "static file's digest": 'sha256sum <"$file" | cut -d " " -f 1',
    # Django moves a large upload to its place before it sets its mode: not those of the last seconds.
    "uploads that nginx can't read": """
        find $root/shared/media -type f ! -perm -040 ! -newermt '10 seconds ago' | head -n 3
    """,
    "app writes code": """
        for place in current/source current/venv current/ releases venvs .; do
            runuser -u $site -- test -w $root/$place && echo $place
        done
        true
    """,
    "service writes static": """
        pid=$(systemctl show -p MainPID --value $site@$release)
        # By the shell's own test, which asks the kernel; that of coreutils in Rust reads the mode only.
        nsenter --mount --target "$pid" runuser -u $site -- sh -c "test -w $root/static/$release"
    """,
    "databases": "find $root/shared/database -type f -name '*.sqlite3' -exec stat -c '%a %U' {} +",
    "app writes database": "runuser -u $site -- test -w $root/shared/database",
    "nginx lists database": "runuser -u www-data -- ls $root/shared/database",
}

# Answers are parsed in this language, independent of the host's own.
_ASK = """
export LC_ALL=C.UTF-8
cd /
{variables}
release=$(basename "$(readlink "$root/current")")
files=$(find "$root/current/static/" -type f -not -name staticfiles.json | sort)
file=$(printf '%s\n' "$files" | grep -m 1 '[.]css$' || printf '%s\n' "$files" | head -n 1)
export {names} release file
{questions}
"""
_MARK = "@@answered@@"


@dataclass(frozen=True)
class Answer:
    """The exit code of one question's command, and all of its output."""

    code: int
    text: str

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def ask_all(host: Host, questions: Mapping[str, str], **variables: str) -> Mapping[str, Answer]:
    """Asks over one connection, in one command. variables: for the questions."""
    each = (f"sh -c {shlex.quote(text)} 2>&1; echo {_MARK} $?" for text in questions.values())
    assigned = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    with host.sudo():
        done = host.run(
            _ASK.format(variables=assigned, names=" ".join(variables), questions="\n".join(each))
        )
    answers = done.stdout.split(_MARK)
    if len(answers) != len(questions) + 1:
        raise StepFailed("the host did not answer all questions of the host tests", done.stderr)
    codes = [int(answer.split("\n", 1)[0]) for answer in answers[1:]]
    texts = [answers[0], *(answer.split("\n", 1)[1] for answer in answers[1:-1])]
    return {
        name: Answer(code, text.strip())
        for name, code, text in zip(questions, codes, texts, strict=True)
    }
