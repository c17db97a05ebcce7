#!/bin/bash
# Deploys the last commit of a Django app to hosts that are provisioned, with the least work that
# does it: one query, and if that finds a difference, one tar of what differs and one script.
#
#   REPOSITORY=DIRECTORY WHEELS=DIRECTORY SSH="ssh ..." deploy.sh HOST...
set -euo pipefail

site=todo domain=todo.test root=/srv/todo
templates=$(realpath "$(dirname "$0")/../templates")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# One connection a host, for all that follows.
SSH="$SSH -o ControlMaster=auto -o ControlPersist=5 -o ControlPath=$work/%C"

git() { command git -C "$REPOSITORY" "$@"; }
release=$(git rev-parse --short=12 HEAD)
lock=$(git show HEAD:requirements.txt | sha256sum | cut -c -12)

# What a host must have beside the release, at the paths that it has there.
render() {
    mkdir -p "$work/files$(dirname "$2")"
    sed "s/{{ site }}/$site/g; s/{{ domain }}/$domain/g; s/{{ release }}/$release/g" \
        "$templates/$1.j2" >"$work/files$2"
}
link() {
    mkdir -p "$work/files$(dirname "$2")"
    ln -s "$1" "$work/files$2"
}
render environment $root/environment
render gunicorn.conf.py $root/gunicorn.conf.py
render web.service /etc/systemd/system/$site-web.service
render nginx.conf /etc/nginx/sites-available/$site
sums=$(cd "$work/files" && find . -type f -exec sha256sum {} +)
link ../sites-available/$site /etc/nginx/sites-enabled/$site
link ../$site-web.service /etc/systemd/system/multi-user.target.wants/$site-web.service
# All that makes a directory an environment of Python.
link /usr/bin/python3 $root/venv/bin/python
echo 'home = /usr/bin' >"$work/files$root/venv/pyvenv.cfg"

query() {
    cat <<END
cd /
readlink $root/current || echo none
cat $root/packages.lock 2>/dev/null || echo none
sha256sum --check --status 2>/dev/null <<SUMS && echo same || echo changed
$sums
SUMS
systemctl is-active --quiet $site-web nginx && echo active || echo inactive
END
}

deploy() {
    local answer old packages
    answer=$(query | $SSH "$1" sh | xargs)
    if [ "$answer" = "releases/$release $lock same active" ]; then
        echo "$1: nothing to do"
        return
    fi
    read -r old packages _ <<<"$answer"
    [ "$packages" = "$lock" ] || send_packages "$1"
    pack "$1" "${old#releases/}" | $SSH "$1" "sudo sh -c $(printf %q "$(finish "${old#releases/}")")"
    echo "$1: $release"
}

# Installed and compiled here, where it costs little, and only once for a lock.
send_packages() {
    local packages=$WHEELS.installed
    if [ ! -d "$packages" ]; then
        git show HEAD:requirements.txt >"$work/requirements.txt"
        uv pip install --quiet --no-index --find-links "$WHEELS" --require-hashes \
            --python-version 3.11 --target "$packages.new" --requirement "$work/requirements.txt"
        python3 -m compileall -qq --invalidation-mode unchecked-hash "$packages.new"
        mv "$packages.new" "$packages"
    fi
    # By content: the times of these files mean nothing.
    rsync --rsh "$SSH" --rsync-path "sudo rsync" --recursive --links --perms --checksum --delete --mkpath \
        "$packages/" "$1:$root/venv/lib/python3.11/site-packages/"
}

# pack HOST OLD: a tar of what differs from that release, or of all.
pack() {
    local changed=()
    if git cat-file -e "$2" 2>/dev/null; then
        mapfile -t changed < <(git diff --name-only --diff-filter=d "$2" HEAD)
    fi
    cp -a "$work/files" "$work/$1"
    git archive --prefix="${root#/}/releases/$release/" HEAD "${changed[@]}" | tar -x -C "$work/$1"
    (cd "$work/$1" && find . ! -type d | tar -c --owner=0 --group=0 -T -)
}

# finish OLD: the script that the host runs as root, with the tar on its standard input.
finish() {
    cat <<END
set -eu
cd $root
rm -rf releases/$release
if [ -d "releases/$1" ]; then cp -al "releases/$1" releases/$release; fi
configuration() { cat /etc/nginx/sites-available/$site /etc/systemd/system/$site-web.service 2>/dev/null | cksum; }
before=\$(configuration)
tar -x -C /
cd releases/$release
touch . # a copy is as old as what it was made from
$(git diff --name-only --diff-filter=D "$1" HEAD 2>/dev/null | sed "s/.*/rm -f '&'/")
runuser -u $site -- sh -euc 'set -a; . $root/environment; . $root/shared/env; set +a
    exec $root/venv/bin/python -c "
import os
import django
from django.core.management import call_command
os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"$site.settings\")
django.setup()
call_command(\"migrate\", interactive=False, verbosity=0)
call_command(\"collectstatic\", interactive=False, verbosity=0)"'
cd $root
ln -sfn releases/$release current.new
mv -T current.new current
echo $lock >packages.lock
if [ "\$before" != "\$(configuration)" ]; then
    nginx -t -q
    systemctl daemon-reload
    systemctl reload nginx
fi
systemctl restart $site-web
cd releases
ls -1t | tail -n +6 | xargs -r rm -r
END
}

for host; do deploy "$host" & done
for host; do wait -n; done
