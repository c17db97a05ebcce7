#!/bin/sh
# Makes a bare Debian or Ubuntu host able to run one site. Run as root.
#
# The files provision/[0-9]*.sh are one script, joined in the order of their names. The box build,
# `vagrant up` and `deploy.py provision` all run the very same text:
#
#   cat provision/[0-9]*.sh | sh -s -- SITE DEPLOYER ADMIN LOCALE TIMEZONE STAMP [PACKAGE...]
#
# SITE      name of the site: its system user, its units, its directory /srv/SITE
# DEPLOYER  user who deploys; gets narrow sudo rights. Made if missing, with ADMIN's SSH keys
# ADMIN     user who provisions, with full sudo rights
# STAMP     digest of this text and its arguments, kept on the host: tells what it was made by
# PACKAGE   what the app needs from the distribution besides; postgresql is set up for the site, too
#
# CONFIRM_SECONDS, if it is in the environment: changed SSH logins and a changed firewall are undone after
# that time unless `understudy-firewall-undo SITE confirm` comes first. Only `deploy.py provision` sets it.
# CHECK, if it is in the environment: nothing is changed; prints a line `would ...` for each change.
#
# Every step looks before it acts, so a second run changes nothing and is quick. What a step replaces
# below /etc is kept, and put back if a later step fails.
set -eu
# A desktop's language must not decide how a server's tools answer.
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

[ "$(id -u)" = 0 ] || { echo "provision: must run as root" >&2; exit 1; }
[ -e /etc/debian_version ] || { echo "provision: this is no Debian or Ubuntu system" >&2; exit 1; }

SITE=$1 DEPLOYER=$2 ADMIN=$3 LOCALE=$4 TIMEZONE=$5 STAMP=$6
shift 6
# A staging VM is like production where deploy.yml says nothing itself; no other host has this file.
LOCALE_LINES='' LOCALES='' SWAP_MIB=0
# shellcheck source=/dev/null
if [ -e /etc/understudy/like-production ]; then . /etc/understudy/like-production; fi
ROOT=/srv/$SITE
STAMP_FILE=/etc/understudy/$SITE.provisioned

step() { echo "==> $*"; }

# A box is provisioned inside a chroot, where no service manager runs.
booted() { [ -d /run/systemd/system ]; }

# act COMMAND...: what changes the host goes through here, or through put, or asks is_check.
is_check() { [ -n "${CHECK:-}" ]; }
act() { if is_check; then echo "would run: $*"; else "$@"; fi; }

# put MODE PATH: writes standard input to PATH as root; true if that changed the file.
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
