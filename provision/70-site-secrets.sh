# The verbs secret-set, secret-rm and secret-list of understudy-site.
put 0644 /usr/local/lib/understudy/site/secrets <<'VERBS' || true
# shellcheck shell=sh

# set_secret NAME. The value goes from file to file, never through a command line or an environment,
# which other users can read.
set_secret() {
    make_work
    head -c 32770 >"$work/given"
    check_value "$work/given"
    {
        printf '%s="' "$1"
        # As quote_shell() in understudy/release/render.py.
        tr -d '\n' <"$work/given" | sed 's/[\\"$`]/\\&/g'
        printf '"\n'
    } >"$work/line"
    enter_shared
    lock
    replace_line "$1" "$work/line"
}

remove_secret() {
    [ "$1" != SECRET_KEY ] || refuse "SECRET_KEY can be replaced but not removed: the app needs one"
    enter_shared
    lock
    grep -aq "^$1=" env || refuse "there is no secret $1"
    replace_line "$1" /dev/null
}

list_secrets() {
    enter_shared
    sed -n 's/^\([A-Z_][A-Z0-9_]*\)=.*/\1/p' env | sort -u
}

# check_value FILE: refuses what sh and systemd would not both read back exactly. systemd drops a line
# with other control characters, or that is not UTF-8.
check_value() {
    [ "$(tr -d '\t\n\040-\176\200-\377' <"$1" | wc -c)" = 0 ] || refuse "the value has control characters"
    lines=$(wc -l <"$1")
    bytes=$(($(wc -c <"$1") - lines))
    if [ "$lines" -gt 1 ] || { [ "$lines" = 1 ] && [ -n "$(tail -c 1 "$1")" ]; }; then
        refuse "the value is more than one line"
    fi
    [ "$bytes" -gt 0 ] || refuse "there is no value on standard input"
    [ "$bytes" -le 32768 ] || refuse "the value is longer than 32 KiB"
    iconv -f UTF-8 -t UTF-8 "$1" >/dev/null 2>&1 || refuse "the value is not UTF-8"
}

# The deployer owns /srv/SITE: he could replace this directory with one of his own, or with a link to
# one of root's. Once it is the working directory it can't be exchanged any more.
enter_shared() {
    cd -P "/srv/$site/shared"
    if [ "$(pwd -P)" != "$(readlink -f "/srv/$site")/shared" ] ||
        [ "$(stat -c '%u %a' .)" != "$(id -u) 755" ]; then
        refuse "/srv/$site/shared is not the directory that provisioning made"
    fi
    [ -f env ] || refuse "/srv/$site/shared/env is missing; provision this host again"
}

# replace_line NAME FILE: by one rename, so that the app never reads half of the secrets.
replace_line() {
    rm -f .env.* # left by a run that was killed
    new=$(mktemp .env.XXXXXX)
    # grep exits with 1 if no other line is left. Any other failure would lose secrets.
    grep -av "^$1=" env >"$new" || [ $? = 1 ]
    cat "$2" >>"$new"
    chown "root:$site" "$new"
    chmod 640 "$new"
    sync "$new"
    mv -f "$new" env
    sync .
}
VERBS
