# The verbs secret-set, secret-rm and secret-list of understudy-site.
put 0644 /usr/local/lib/understudy/site/secrets <<'VERBS' || true
# shellcheck shell=sh

# set_secret NAME. The value goes from file to file, never through a command line or an environment,
# which other users can read.
set_secret() {
    make_work
    head -c 32770 >"$work/given"
    check_value "$work/given"
    case $1 in BASIC_AUTH_?*)
        set_login "$(login_name "$1")"
        return
        ;;
    ACME_DNS_?*)
        set_credential "$(credential_key "$1")"
        return
        ;;
    esac
    if is_off_host "$1"; then
        # In the directory itself, so that the rename is one.
        install -m 0600 "$work/given" "$off_host/.new"
        sync "$off_host/.new"
        mv -f "$off_host/.new" "$off_host/$1"
        return
    fi
    {
        printf '%s="' "$1"
        # As quote_shell() in understudy/release/environment.py.
        tr -d '\n' <"$work/given" | sed 's/[\\"$`]/\\&/g'
        printf '"\n'
    } >"$work/line"
    enter_shared
    lock
    replace_line env "$1=" "$work/line" "$site" 640
}

# set_login USER: a hash of the password, for nginx alone. The app never has it.
set_login() {
    # openssl reads no more.
    [ "$(wc -c <"$work/given")" -le 200 ] || refuse "a password of basic_auth has at most 200 bytes"
    { printf '%s:' "$1"; openssl passwd -6 -stdin <"$work/given"; } >"$work/line"
    enter_shared
    lock
    [ -e htpasswd ] || : >htpasswd
    replace_line htpasswd "$1:" "$work/line" www-data 640
}

# BASIC_AUTH_ANNA is the password of anna.
login_name() { echo "${1#BASIC_AUTH_}" | tr A-Z a-z; }

# set_credential KEY: for certbot's plugin for DNS, which reads it from its ini file. Neither the app nor the deployer can.
set_credential() {
    quote=\"
    if grep -q '"' "$work/given"; then quote=\'; fi
    # Python's configobj has no escapes between quotes.
    if [ "$quote" = \' ] && grep -q \' "$work/given"; then refuse "the value has both kinds of quotes"; fi
    if grep -qF '%(' "$work/given"; then refuse "certbot takes %( in a value for a reference"; fi
    { printf '%s = %s' "$1" "$quote"; tr -d '\n' <"$work/given"; echo "$quote"; } >"$work/line"
    cd "$state"
    lock
    [ -e dns-credentials.ini ] || : >dns-credentials.ini
    replace_line dns-credentials.ini "$1 " "$work/line" root 600
}

# Those of restic, for root alone. No other name may become a variable of a program that root runs.
off_host=$state/off-host
is_off_host() {
    [ -d "$off_host" ] || return 1
    case $1 in
    RESTIC_PASSWORD | RESTIC_REST_USERNAME | RESTIC_REST_PASSWORD) ;;
    RESTIC_AWS_ACCESS_KEY_ID | RESTIC_AWS_SECRET_ACCESS_KEY) ;;
    *) return 1 ;;
    esac
}

# ACME_DNS_CLOUDFLARE_API_TOKEN is dns_cloudflare_api_token there.
credential_key() { echo "${1#ACME_}" | tr A-Z a-z; }

remove_secret() {
    [ "$1" != SECRET_KEY ] || refuse "SECRET_KEY can be replaced but not removed: the app needs one"
    enter_shared
    lock
    if is_off_host "$1"; then
        [ -e "$off_host/$1" ] || refuse "there is no secret $1"
        rm -f "$off_host/$1"
        return
    fi
    file=env start="$1=" group=$site
    mode=640
    case $1 in
    BASIC_AUTH_?*) file=htpasswd start="$(login_name "$1"):" group=www-data ;;
    ACME_DNS_?*)
        cd "$state"
        file=dns-credentials.ini start="$(credential_key "$1") " group=root mode=600
        ;;
    esac
    grep -aqs "^$start" "$file" || refuse "there is no secret $1"
    replace_line "$file" "$start" /dev/null "$group" "$mode"
}

list_secrets() {
    enter_shared
    {
        sed -n 's/^\([A-Z_][A-Z0-9_]*\)=.*/\1/p' env
        [ ! -e htpasswd ] || sed -n 's/^\([a-z0-9_]*\):.*/BASIC_AUTH_\1/p' htpasswd | tr a-z A-Z
        [ ! -e "$state/dns-credentials.ini" ] ||
            sed -n 's/^\(dns_[a-z0-9_]*\) = .*/ACME_\1/p' "$state/dns-credentials.ini" | tr a-z A-Z
        [ ! -d "$off_host" ] || find "$off_host" -name 'RESTIC_*' -printf '%f\n'
    } | sort -u
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

enter_shared() {
    enter shared
    [ -f env ] || refuse "/srv/$site/shared/env is missing; provision this host again"
}

# replace_line FILE START LINE GROUP MODE: puts the line of the file LINE in place of that with START, by one
# rename, so that the app never reads half of the secrets.
replace_line() {
    rm -f ".$1".* # left by a run that was killed
    new=$(mktemp ".$1.XXXXXX")
    # grep exits with 1 if no other line is left. Any other failure would lose secrets.
    grep -av "^$2" "$1" >"$new" || [ $? = 1 ]
    cat "$3" >>"$new"
    chown "root:$4" "$new"
    chmod "$5" "$new"
    sync "$new"
    mv -f "$new" "$1"
    sync .
}
VERBS
