#!/bin/sh
# Makes a bare Debian or Ubuntu host able to run one site. Run as root.
#
# The files provision/[0-9]*.sh are one script, joined in the order of their names. The box build,
# `vagrant up` and `deploy.py provision` all run the very same text:
#
#   cat provision/[0-9]*.sh | sh -s -- SITE DEPLOYER ADMIN LOCALE TIMEZONE STAMP [mail=capture] [ROLE=...] [SERVICE=SETTINGS...] [PACKAGE...]
#
# SITE      name of the site: its system user, its units, its directory /srv/SITE
# DEPLOYER  user who deploys; gets narrow sudo rights. Made if missing, with ADMIN's SSH keys
# ADMIN     user who provisions, with full sudo rights
# STAMP     digest of this text and its arguments; the host stores it as what it was provisioned by
# mail      without it the host sends mails; with it, it keeps them all
# ROLE      of several hosts of one site: database=ADDRESS, where its database is; database-at=ADDRESS
#           database-for=ADDRESS,...  it has the database, at that address for those hosts; web=off  no visitors come here;
#           proxy=on  it passes them on to others; web-for=ADDRESS,...  they come through those proxies only
# SERVICE   redis, valkey, memcached or rabbitmq, such as redis=for:queue,memory:64M
# PACKAGE   a package of the distribution that the app needs; postgresql and mariadb-server are set up for the site, too
#
# With CONFIRM_SECONDS in the environment, changed SSH logins and a changed firewall are undone after that
# time unless `understudy-firewall-undo SITE confirm` comes first. Only `deploy.py provision` sets it.
# With CHECK in the environment, nothing is changed; each change is printed as a line `would ...`.
#
# Every step checks before it acts, so a second run changes nothing and is quick. A copy of what a step
# replaces below /etc is kept, and restored if a later step fails.
set -eu
# The language of an admin's desktop, which ssh passes on, must not change what tools print.
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
# needrestart, which servers of Ubuntu have, would restart other services after each package.
export NEEDRESTART_SUSPEND=1

[ "$(id -u)" = 0 ] || { echo "provision: must run as root" >&2; exit 1; }
[ -e /etc/debian_version ] || { echo "provision: this is not a Debian or Ubuntu system" >&2; exit 1; }

SITE=$1 DEPLOYER=$2 ADMIN=$3 LOCALE=$4 TIMEZONE=$5 STAMP=$6
shift 6
SERVICES='' MAIL=off WEB=on DATABASE='' DATABASE_AT='' DATABASE_FOR='' PROXY=off WEB_FOR=''
while :; do
    case ${1-} in
    mail=capture)
        MAIL=capture
        set -- "$@" python3-aiosmtpd
        ;;
    web=*) WEB=${1#*=} ;;
    web-for=*) WEB_FOR=${1#*=} ;;
    proxy=*) PROXY=${1#*=} ;;
    database=*) DATABASE=${1#*=} ;;
    database-at=*) DATABASE_AT=${1#*=} ;;
    database-for=*) DATABASE_FOR=${1#*=} ;;
    *=*) SERVICES="$SERVICES $1" ;;
    *) break ;;
    esac
    shift
done
for word in $SERVICES; do
    case ${word%%=*} in
    memcached) set -- "$@" memcached ;;
    rabbitmq) set -- "$@" rabbitmq-server ;;
    redis) set -- "$@" redis-server ;;
    valkey) set -- "$@" valkey-server ;;
    *) echo "provision: no such service: $word" >&2; exit 2 ;;
    esac
done
# Only a staging VM has this file: what production has, for settings that deploy.yml leaves out.
LOCALE_LINES='' LOCALES='' SWAP_MIB=0
# shellcheck source=/dev/null
if [ -e /etc/understudy/like-production ]; then . /etc/understudy/like-production; fi
ROOT=/srv/$SITE
STAMP_FILE=/etc/understudy/$SITE.provisioned

step() { echo "==> $*"; }

# A box is provisioned inside a chroot, where no service manager runs.
booted() { [ -d /run/systemd/system ]; }

# act COMMAND...: runs a command that changes the host, or prints it in a check. Other changes go through put, or
# ask is_check.
is_check() { [ -n "${CHECK:-}" ]; }
act() { if is_check; then echo "would run: $*"; else "$@"; fi; }

# put MODE PATH: writes standard input to PATH as root. Succeeds if that changed the file.
put() {
    new=$(mktemp)
    cat >"$new"
    if cmp -s "$new" "$2" && [ "$(stat -c %a "$2")" = "${1#0}" ]; then
        rm "$new"
        return 1
    fi
    if is_check; then
        echo "would write $2"
    else
        keep "$2"
        mkdir -p "$(dirname "$2")"
        install -o root -g root -m "$1" "$new" "$2"
    fi
    rm "$new"
}
