#!/bin/bash
# guest.sh SITE: runs as root what a deploy runs on a host with a live release of a Django app; prints the
# microseconds and the name of each run.
set -eu
release=$(realpath "/srv/$1/current")

timed() {
    local name=$1 began ended
    shift
    for _ in 1 2 3; do
        began=${EPOCHREALTIME/[.,]/}
        "$@" >/dev/null 2>&1
        ended=${EPOCHREALTIME/[.,]/}
        echo "$((ended - began)) $name"
    done
}

timed "a program that does nothing" /bin/true
timed "\`sudo\`" sudo true
cd "$release/source"
timed "Python that does nothing" "$release/venv/bin/python" -c pass
as_app=(runuser -u "$1" -- env "DJANGO_SETTINGS_MODULE=$1.settings" "$release/run" python)
timed "Python with Django set up" "${as_app[@]}" -c "import django; django.setup()"
timed "\`manage.py migrate --check\`" "${as_app[@]}" manage.py migrate --check
timed "\`nginx -t\`" nginx -t -q
timed "a reload of nginx" systemctl reload nginx
timed "\`systemctl daemon-reload\`" systemctl daemon-reload
