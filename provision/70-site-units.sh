# What the verbs install and undo of understudy-site do with the units of processes and timers.
put 0644 /usr/local/lib/understudy/site/units <<'VERBS' || true
# shellcheck shell=sh
systemd=/etc/systemd/system
# The names of the site's units besides that of the web process, one a line. Only root writes it.
listed=/etc/understudy/$site.units

# The places of the units in those lists.
unit_places() {
    cat "$@" 2>/dev/null | while read -r unit; do
        echo "$systemd/$unit"
        case $unit in *.timer) echo "$systemd/timers.target.wants/$unit" ;; esac
    done
}

# Copies what the deployer staged, and checks it. Without a list of units there are none.
take_units() {
    : >"$work/units"
    if [ -e "$staged/$site.units" ]; then
        copy "$site.units"
        sort -u "$work/$site.units" >"$work/units"
    fi
    while read -r unit; do
        # Of what follows, the checker allows only names.
        case $unit in "$site-"*) ;; *) refuse "$site.units: a line is not a name of a unit of $site" ;; esac
        case $unit in *[!a-z0-9@._-]*) refuse "$site.units: a line is not a name of a unit" ;; esac
        take "$unit"
        "$checks/check-unit" "$site" "$work/$unit" || refuse "nothing was installed"
        refuse_taken "$unit"
    done <"$work/units"
}

# The process `api` of the site `shop` would have the units of a site `shop-api`, a timer perhaps those of
# a package.
refuse_taken() {
    name=${1%@.service} name=${name%.service} name=${name%.timer}
    for unit in "$name@.service" "$name.service" "$name.timer"; do
        if grep -qsxF "$unit" "$listed"; then continue; fi
        for directory in "$systemd" /run/systemd/system /run/systemd/transient /run/systemd/generator \
            /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system; do
            if [ -e "$directory/$unit" ] || [ -L "$directory/$unit" ]; then
                refuse "$directory/$unit belongs to another site or program; nothing was installed. Give the" \
                    "process or timer another name"
            fi
        done
    done
}

# verify_units ID: as the instances that are about to start: their programs must exist.
verify_units() {
    files=
    for unit in "$site@.service" $(cat "$work/units"); do
        case $unit in *@.service)
            ln -s "$unit" "$work/${unit%.service}$1.service"
            unit=${unit%.service}$1.service
            ;;
        esac
        files="$files $work/$unit"
    done
    # shellcheck disable=SC2086 # names of units are words
    systemd-analyze verify --man=no --recursive-errors=no $files ||
        refuse "systemd-analyze verify refuses a unit; nothing was installed"
}

install_units() {
    changed='' timers=''
    put_unit "$site@.service"
    if [ -s "$work/units" ] || [ -e "$listed" ]; then install_others; fi
    # A timer starts only with its service, which systemd may remember as one that is gone.
    [ -z "$changed$timers" ] || systemctl daemon-reload
    # shellcheck disable=SC2086 # names of units are words
    [ -z "$timers" ] || systemctl restart $timers || refuse "systemd can't start these timers:$timers"
}

# Listed before they are written and until they are removed: an undo finds all of them.
install_others() {
    : >>"$listed"
    keep_processes
    sort -u "$listed" "$work/units" >"$work/all"
    put_list "$work/all"
    while read -r unit; do
        # One that is kept is there already.
        [ ! -e "$work/$unit" ] || put_unit "$unit"
    done <"$work/units"
    for unit in $(comm -23 "$work/all" "$work/units"); do remove_unit "$unit"; done
    put_list "$work/units"
    make_locks
}

# Adds those of processes that are not staged, but that a release still has: it may be gone back to.
keep_processes() {
    for unit in $(comm -23 "$listed" "$work/units" | grep "@\.service$"); do
        name=${unit#"$site-"}
        for file in "/srv/$site/releases"/*/processes; do
            dd if="$file" iflag=nofollow,nonblock bs=65536 count=1 status=none 2>/dev/null |
                grep -q "^${name%@.service} " || continue
            echo "$unit" >>"$work/units"
            break
        done
    done
    sort -o "$work/units" "$work/units"
}

put_list() {
    install -m 0644 "$1" "$listed.new"
    sync "$listed.new"
    mv -f "$listed.new" "$listed"
}

# A daemon-reload costs more than all the rest. systemd finds a new file without it.
put_unit() {
    if cmp -s "$work/$1" "$systemd/$1"; then return; fi
    [ ! -e "$systemd/$1" ] || changed=1
    install -m 0644 "$work/$1" "$systemd/$1"
    case $1 in *.timer)
        mkdir -p "$systemd/timers.target.wants"
        ln -sfn "$systemd/$1" "$systemd/timers.target.wants/$1"
        timers="$timers $1"
        ;;
    esac
}

remove_unit() {
    case $1 in *.timer) systemctl stop "$1" || true ;; esac
    rm -f "$systemd/timers.target.wants/$1" "$systemd/$1"
    changed=1
}

# Never replaced: those who have a lock and those who wait for it must have the same file.
make_locks() {
    (
        enter locks
        sed -n "s/^$site-\(.*\)@\.service$/\1/p" "$work/units" | while read -r name; do
            if [ -e "$name" ]; then continue; fi
            : >"$name"
            chown "root:$site" "$name"
            chmod 640 "$name"
        done
    )
}

# Before a confirm: of timers that are gone, a later one of that name must know nothing.
forget_removed_timers() {
    for unit in $(cat "$undo_dir$listed" 2>/dev/null | grep -svxFf "$listed" | grep "\.timer$"); do
        systemctl reset-failed "${unit%.timer}.service" 2>/dev/null || true
        name=${unit#"$site-"}
        rm -f "/var/lib/systemd/timers/stamp-$unit" "/var/lib/understudy-timers/$site/${name%.timer}"
    done
}

# Before an undo: those that were not there before the install.
stop_new_timers() {
    new=$(cat "$undo_dir$listed" 2>/dev/null | grep -svxFf - "$listed" | grep "\.timer$" || true)
    # shellcheck disable=SC2086 # names of units are words
    [ -z "$new" ] || systemctl stop $new
}

# After it.
restart_timers() {
    all=$(grep -s "\.timer$" "$listed" || true)
    # shellcheck disable=SC2086 # names of units are words
    [ -z "$all" ] || systemctl restart --no-block $all
}
VERBS
