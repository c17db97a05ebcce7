# The verbs certificate, certificate-take and renew of understudy-site.
put 0644 /usr/local/lib/understudy/site/certificate <<'VERBS' || true
# shellcheck shell=sh
. "$verbs/install"
certificates=/etc/ssl/understudy/$site
lineage=/etc/letsencrypt/live/$site
tried=$state/certificate-tried
# Of a plugin for DNS: the verb secret-set writes it.
credentials=$state/dns-credentials.ini

# obtain DIRECTORY TERMS EMAIL [CHALLENGE] NAME...   standard input: the CA of the directory, if it has its own.
# What an issuer has refused, it is asked for again after an hour.
obtain() {
    make_work
    install -d -m 0755 "$certificates"
    keep_ca
    echo "$*" >"$work/request"
    read_request "$work/request"
    [ -e "$certificates/live/fullchain.pem" ] || self_sign
    refuse_without_credentials
    refuse_if_too_early
    # certbot compares names and days, but not who has issued, nor by which challenge.
    force=
    if [ -e "$certificates/issuer" ] && [ "$(cat "$certificates/issuer")" != "$asked" ]; then force=--force-renewal; fi
    ask_issuer || fail
    rm -f "$tried"
    mv -f "$work/request" "$state/certificate-request"
    echo "$asked" >"$work/issuer"
    install -m 0644 "$work/issuer" "$certificates/issuer"
    take_certificate
}

# Asks for a new one although the one there is good for weeks, in the way of certbot's timer.
renew() {
    [ -e "$state/certificate-request" ] || refuse "no issuer has issued a certificate for $site yet"
    make_work
    read_request "$state/certificate-request"
    refuse_if_too_early
    before=$(serial)
    note "$(date -d '+1 hour' +%s)" </dev/null
    run_certbot renew --cert-name "$site" --force-renewal --no-random-sleep-on-renew || ask_as_new_account || fail
    take_certificate
    echo "serial $before -> $(serial)"
}

# Installs the certificate that certbot has for the site, if it is not installed yet. Does nothing if it has none.
take_certificate() {
    [ -e "$lineage/fullchain.pem" ] || return 0
    [ -n "${work-}" ] || make_work
    # Copied first: certbot may replace them meanwhile.
    cat "$lineage/fullchain.pem" >"$work/fullchain.pem"
    cat "$lineage/privkey.pem" >"$work/privkey.pem"
    check_certificate "$work"
    install_certificate
}

# Without the word CHALLENGE it is http-01. asked: issuer and challenge.
read_request() {
    read -r issuer terms email names <"$1"
    challenge=
    case $names in dns:*) challenge=${names%% *} names=${names#* } ;; esac
    asked=$issuer${challenge:+ $challenge}
}

fail() {
    note_failure
    refuse "$issuer has issued no certificate for $names; $(what_is_kept)"
}

# The end of a message. Before an issuer has issued one there is only the self-signed one.
what_is_kept() {
    if openssl x509 -in "$certificates/live/fullchain.pem" -noout -subject 2>/dev/null | grep -qv 'self-signed until'
    then echo "the one before is kept"
    else echo "there was none before"
    fi
}

serial() { openssl x509 -in "$certificates/live/fullchain.pem" -noout -serial | cut -d= -f2; }

# By a name that no one mistakes for an issuer's. Only so that nginx can start with its file.
self_sign() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
        -subj "/O=Understudy/CN=self-signed until an issuer issues one" -addext "subjectAltName=DNS:$(echo "$names" | sed 's/ /,DNS:/g')" \
        -keyout "$work/privkey.pem" -out "$work/fullchain.pem" 2>"$work/errors" || {
        cat "$work/errors" >&2
        refuse "no self-signed certificate could be made"
    }
    install_certificate
}

# From standard input. Only the directory's own connections are trusted by it, never a visitor's.
keep_ca() {
    head -c 65536 >"$work/given"
    if [ ! -s "$work/given" ]; then
        rm -f "$certificates/ca.pem"
        return
    fi
    openssl x509 -in "$work/given" -noout 2>/dev/null || refuse "the CA of the issuer is no certificate in PEM"
    cmp -s "$work/given" "$certificates/ca.pem" || install -m 0644 "$work/given" "$certificates/ca.pem"
}

ask_issuer() {
    set -- certonly --cert-name "$site" --server "$issuer" --keep-until-expiring --renew-with-new-domains \
        --key-type ecdsa
    if [ -n "$challenge" ]; then ask_by_dns "$@"; else ask_by_http "$@"; fi
}

ask_by_http() { ask_for_names "$@" --webroot --webroot-path /var/www/understudy-acme; }

# dns:PLUGIN or dns:PLUGIN:SECONDS
ask_by_dns() {
    plugin=dns-$(echo "$challenge" | cut -d: -f2)
    seconds=$(echo "$challenge" | cut -d: -f3)
    set -- "$@" --authenticator "$plugin" "--$plugin-credentials" "$credentials"
    if [ -n "$seconds" ]; then set -- "$@" "--$plugin-propagation-seconds" "$seconds"; fi
    ask_for_names "$@"
}

# ask_for_names WORD...: of certbot.
ask_for_names() {
    set -f # *.example.com is no pattern
    for name in $names; do set -- "$@" -d "$name"; done
    set +f
    if [ "$terms" = agreed ]; then set -- "$@" --agree-tos; fi
    if [ "$email" = - ]; then set -- "$@" --register-unsafely-without-email
    else set -- "$@" --email "$email" --no-eff-email; fi
    if [ -n "$force" ]; then set -- "$@" "$force"; fi
    run_certbot "$@" || { was_forgotten && run_certbot "$@"; }
}

# After a `renew`, which makes no account.
ask_as_new_account() {
    force=--force-renewal
    was_forgotten && ask_issuer
}

# An issuer for tests forgets its accounts when it starts again: whether that is why it refused.
was_forgotten() {
    # The other words are certbot's, where a second attempt has removed the account here, and failed.
    grep -Eq 'acme:error:accountDoesNotExist|Account at .* does not exist' "$work/answer" || return 1
    host=${issuer#https://}
    rm -rf "/etc/letsencrypt/accounts/${host:?}"
}

# run_certbot WORD...: one at a time. Prints and keeps what it says, without advice that is for other setups.
run_certbot() {
    /usr/local/lib/understudy/trusted-issuers
    exec 8>>/var/lib/understudy/certbot.lock
    flock 8
    log=/var/log/letsencrypt/letsencrypt.log
    size=$(stat -c %s "$log" 2>/dev/null || echo 0)
    # Its timer may be at work, or an admin.
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
        status=0
        REQUESTS_CA_BUNDLE=/run/understudy-issuers.pem certbot "$@" --non-interactive >"$work/said" 2>&1 || status=$?
        grep -qs 'Another instance of Certbot is already running' "$work/said" || break
        sleep 5
    done
    exec 8>&-
    {
        sed -e '/^Hint: /,/^$/d' -e '/^Ask for help or/d' -e '/^Saving debug log/d' -e '/^If you like Certbot/,$d' \
            -e '/^- - -/d' -e '/^$/d' "$work/said"
        # certbot prints the type of an ACME error only sometimes. Some nonces are always refused.
        if [ "$status" != 0 ]; then
            tail -c "+$((size + 1))" "$log" 2>/dev/null | grep -ao 'urn:ietf:params:acme:error:[A-Za-z]*' |
                grep -v badNonce | sort -u | sed 's/^/type: /' || true
        fi
    } | tee "$work/answer"
    return "$status"
}

# What an issuer counts and limits. One with a CA of its own, and the one for trials, do not.
is_limited() {
    [ ! -s "$certificates/ca.pem" ] || return 1
    case $issuer in https://acme-staging-*) return 1 ;; esac
}

refuse_without_credentials() {
    if [ -z "$challenge" ] || [ -s "$credentials" ]; then return 0; fi
    plugin=$(echo "$challenge" | cut -d: -f2)
    refuse "$site has no credentials for certbot's plugin dns-$plugin on this host; $(what_is_kept)"
}

refuse_if_too_early() {
    if ! is_limited || [ ! -e "$tried" ]; then return 0; fi
    { read -r again && read -r last; } <"$tried" || return 0
    if [ "$last" != "$asked $names" ] || [ "$(date +%s)" -ge "$again" ]; then return 0; fi
    sed 1,2d "$tried"
    refuse "$issuer is not asked for $names again before $(date -u -d "@$again" '+%Y-%m-%d %H:%M UTC')," \
        "because issuers limit how often; $(what_is_kept)"
}

# Only what the issuer itself has answered counts.
note_failure() {
    grep -Eq 'urn:ietf:params:acme:error:|Certificate Authority reported' "$work/answer" || return 0
    again=$(date -d '+1 hour' +%s)
    named=$(sed -n 's/.*retry after \([0-9-]* [0-9:]* UTC\|[0-9-]*T[0-9:]*Z\).*/\1/p' "$work/answer" | tail -n 1)
    if [ -n "$named" ]; then again=$(date -d "$named" +%s 2>/dev/null) || again=$(date -d '+1 hour' +%s); fi
    note "$again" <"$work/answer"
}

# note EPOCH
note() {
    { echo "$1"; echo "$asked $names"; cat; } >"$work/tried"
    mv -f "$work/tried" "$tried"
}

# check_certificate DIRECTORY
check_certificate() {
    chain=$1/fullchain.pem
    [ "$(openssl x509 -in "$chain" -noout -pubkey)" = "$(openssl pkey -in "$1/privkey.pem" -pubout)" ] ||
        refuse "certbot's certificate for $site does not fit its key; $(what_is_kept)." \
            "certbot delete --cert-name $site, then deploy again"
    openssl x509 -in "$chain" -noout -checkend 0 >/dev/null ||
        refuse "certbot's certificate for $site has expired, by the clock of this host ($(date -u)); $(what_is_kept)"
    starts=$(openssl x509 -in "$chain" -noout -startdate | cut -d= -f2)
    [ "$(date -d "$starts" +%s)" -le "$(date +%s)" ] ||
        refuse "the clock of this host is wrong: it is $(date -u) here, and the new certificate begins at $starts;" \
            "$(what_is_kept)"
}

# Both files of $work, by one rename. The key can be read by root alone.
install_certificate() {
    if cmp -s "$work/fullchain.pem" "$certificates/live/fullchain.pem"; then return 0; fi
    lock
    made=$(mktemp -d "$certificates/$(date -u +%Y%m%dT%H%M%SZ)-XXXXXX")
    chmod 0755 "$made"
    install -m 0644 "$work/fullchain.pem" "$made/fullchain.pem"
    install -m 0600 "$work/privkey.pem" "$made/privkey.pem"
    sync "$made/fullchain.pem" "$made/privkey.pem"
    before_live=$(readlink "$certificates/live" || true)
    point_live "${made##*/}"
    if [ -e "/etc/nginx/sites-enabled/$site" ]; then serve_certificate; fi
    for directory in "$certificates"/*/; do
        directory=${directory%/}
        case ${directory##*/} in live | "${made##*/}" | "$before_live") ;; *) rm -rf "$directory" ;; esac
    done
    # certbot takes long, and the undo's timer waits for the lock.
    exec 9>&-
}

point_live() {
    ln -sfn "$1" "$certificates/live.new"
    mv -fT "$certificates/live.new" "$certificates/live"
}

serve_certificate() {
    nginx -t -q || {
        if [ -n "$before_live" ]; then point_live "$before_live"; fi
        rm -rf "$made"
        refuse "nginx -t refuses the new certificate, or another file of this host; $(what_is_kept)"
    }
    if systemctl is-active -q nginx; then reload_nginx; fi
}
VERBS
