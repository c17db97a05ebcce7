"""What the backups that leave the host need of the site's data: one program of shell, run as the app's user.

provision/74-off-host-units.sh installs it. The program of 73-off-host.sh, which is root's, calls it and gives
its streams to restic. So nothing of the app's is read or written with root's rights.
"""

import shlex

from understudy.commands import Argv, database
from understudy.config.app import App
from understudy.release.layout import Paths


def unused_key(site: str) -> Argv:
    """Prints the host's own public key until a backup repository was opened with it. For the administrator."""
    directory = f"/var/lib/understudy/{site}/off-host"
    text = '[ -e "$1/made" ] || cat "$1/key.pub"'
    return ("sudo", "-n", "sh", "-c", text, "sh", directory)


def program(app: App, paths: Paths) -> str:
    """`sh FILE VERB [NAME]`: see the verbs below."""
    _, _, text, _, directory, source = database.program(
        app.database, app.name, paths.backups, _VERBS, url=app.database_url
    )
    words = shlex.join((directory, source, str(paths.media)))
    return f'#!/bin/sh\nset -eu\nset -- {words} "$@"\n{text}'


# make NAME       copy the data to off-host/NAME beside the backups, try it; print its bytes, rows, migrations
# database NAME   print that as a tar archive
# media           print the media as one
# try NAME        read the archive of a database again; fails unless it is what was made, and can be restored
# drop            remove what make and try have left
# take NAME       the archive of a database becomes a backup of the host
# take-media      unpack media that are missing on the host; a file that is there stays as it is
_VERBS = r"""
media=$3 verb=$4 name=${5-}
held() {
    exec 9<.
    flock -w 3600 9 || refuse "another backup or restore is at work in $directory"
}
unpack() { tar -C "$1" --no-same-owner -x; }
sum='{ n += $1 } END { printf "%.0f", n }'
case $verb in
make)
    held
    rm -rf off-host
    find_data
    room_for_data
    mkdir -p "off-host/$name"
    copy_data "$directory/off-host/$name"
    try_copy "$directory/off-host/$name" >off-host/rows
    mv off-host/rows "off-host/$name/rows"
    cd "off-host/$name"
    printf '%s\t%s\t%s\n' "$(stat -c %s ./* | awk "$sum")" "$(awk "$sum" rows)" \
        "$(awk -F '\t' '$2 ~ /^(public[.])?django_migrations$/ { n += $1 } END { printf "%s", n }' rows)"
    ;;
database) tar -C "off-host/$name" --sort=name -c . ;;
# 1: a file was changed or removed meanwhile.
media) tar -C "$media" --sort=name -c . || [ $? = 1 ] ;;
try)
    held
    mkdir off-host/tried
    unpack off-host/tried
    different=$(diff -rq "off-host/$name" off-host/tried) || refuse "it differs from what was sent: $different"
    try_copy "$directory/off-host/tried" >off-host/rows
    cmp -s off-host/rows off-host/tried/rows || refuse "the data from the repository has other rows"
    ;;
drop) rm -rf off-host ;;
take)
    held
    if [ -d "$name" ]; then exit 0; fi
    rm -rf "$name.new"
    trap 'rm -rf "$directory/$name.new"' EXIT
    mkdir "$name.new"
    unpack "$name.new"
    [ -e "$name.new/rows" ] || refuse "$name is incomplete in the repository"
    sync -f "$name.new"
    mv -T "$name.new" "$name"
    ;;
take-media)
    umask 027
    tar -C "$media" --no-same-owner --skip-old-files -x
    ;;
esac
"""
