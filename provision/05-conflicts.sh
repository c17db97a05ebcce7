step check for conflicts
# Before anything is changed. All conflicts are printed, and not only the first.
conflict=
object() {
    echo "provision: refused: $*" >&2
    conflict=1
}

# A process or timer `api` of the site `shop` has the units that a site `shop-api` would have.
for list in /etc/understudy/*.units; do
    unit=$(grep -sxF -e "$SITE@.service" -e "$SITE.service" -e "$SITE.timer" "$list" | head -n 1) || true
    [ -z "$unit" ] || object "$unit is a process or timer of the site $(basename "$list" .units) on this host." \
        "Give this site another name, or that process or timer"
done

# apt-get reads `nginx-` as an order to remove nginx.
for package in "$@"; do
    case $package in
    '' | [!a-z0-9]* | *- | *[!a-z0-9.+-]*) object "'$package' is not a package name" ;;
    esac
done

# Debian's own page, as nginx's package installed it.
default_site=/etc/nginx/sites-enabled/default
is_debians_default() {
    [ "$(readlink -f "$default_site")" = /etc/nginx/sites-available/default ] || return 1
    # shellcheck disable=SC2016 # dpkg-query expands it
    digest=$(dpkg-query -W -f '${Conffiles}\n' 'nginx*' 2>/dev/null |
        awk '$1 == "/etc/nginx/sites-available/default" { print $2; exit }')
    echo "$digest  $default_site" | md5sum --check --status 2>/dev/null
}

# Reads the output of `nginx -T`. Prints FILE:LINE: WHY for each foreign server that answers at port 80 for
# names that it doesn't list: after provisioning it would get no requests for them, or nginx would not start.
greedy_servers() {
    awk -v ours=/etc/nginx/conf.d/understudy.conf -v debians="$1" '
    function statement(i) {
        if (word[1] == "listen") {
            listens = 1
            if (word[2] !~ /^(((\*|0\.0\.0\.0|\[::\]):)?80|\*|0\.0\.0\.0|\[::\])$/) return
            at_80 = 1
            for (i = 3; i <= words; i++) if (word[i] ~ /^default(_server)?$/) taken = begun
        } else if (word[1] == "server_name")
            for (i = 2; i <= words; i++) if (word[i] !~ /^(_|""|'"''"')$/) named = 1
    }
    function server() {
        if (file == ours || file == debians) return
        if (taken) print taken ": listens at port 80 as default_server"
        else if ((at_80 || !listens) && !named)
            print opened ": answers at port 80 and has no server_name"
    }
    /^# configuration file .*:$/ { file = substr($4, 1, length($4) - 1); line = 0; next }
    {
        line++
        sub(/(^|[ \t])#.*/, "")
        gsub(/[;{}]/, " & ")
        for (f = 1; f <= NF; f++) {
            if ($f !~ /^[;{}]$/) {
                if (!words) begun = file ":" line
                word[++words] = $f
                continue
            }
            if ($f == "{") {
                depth++
                if (word[1] == "server" && words == 1) {
                    inside = depth; opened = begun; taken = ""; at_80 = listens = named = 0
                }
            } else if ($f == "}") {
                if (depth-- == inside && inside) { server(); inside = 0 }
            } else if (depth == inside) statement()
            words = 0
        }
    }'
}

if booted && [ -x /usr/sbin/nginx ]; then
    debians=
    if exists "$default_site"; then
        if is_debians_default; then
            debians=$default_site
        else
            object "$default_site:$(awk '/^[ \t]*server[ \t]*(\{|$)/ { print FNR; exit }' "$default_site"):" \
                "holds a site other than Debian's own page. Move it to a file with a name of its own"
        fi
    fi
    if texts=$(nginx -T 2>/dev/null); then
        for line in $(echo "$texts" | greedy_servers "$debians" | tr ' ' '~'); do
            object "$(echo "$line" | tr '~' ' '). Give that server the names of its site, and not default_server:" \
                "provisioning closes port 80 for all names that no site lists"
        done
    else
        object "nginx -t fails already: $(nginx -t -q 2>&1 | head -n 3)"
    fi
fi

# An nginx that listens while none is installed runs in a container.
own_server=nginx
[ -x /usr/sbin/nginx ] || own_server=none
# Named, because what to do depends on which program it is.
if booted && command -v ss >/dev/null; then
    taken=$(ss -ltnpH 'sport = :80' | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (process \2)/p' |
        grep -v "^$own_server " | sort -u | head -n 1)
    [ -z "$taken" ] || object "port 80 is taken by $taken, so nginx can't listen there. Stop and disable it"
fi

# The deployer's rule allows any arguments after the site's name.
case $(sudo --version 2>&1 | head -n 1) in
"sudo-rs 0.2."[0-9] | "sudo-rs 0.2.1"[0-2])
    object "sudo is sudo-rs before 0.2.13, which can't read the deployer's rules. Update it, or install the other sudo"
    ;;
esac

# ufw's firewall stays beside that of provisioning, and a packet must pass both. Reads ufw's list of rules.
lets_80_in() {
    cat /etc/ufw/user.rules /etc/ufw/user6.rules 2>/dev/null | awk '
    $NF ~ /^(ACCEPT|ufw-user-limit-accept)$/ && /^-A ufw6?-user-input / {
        ports = 0
        for (i = 1; i < NF; i++) if ($i ~ /^--dports?$/) {
            ports = 1
            if ("," $(i + 1) "," ~ /,80,/) found = 1
        }
        if (!ports && !/-p udp/) found = 1
    }
    END { exit !found }'
}
if booted && grep -qsix 'ENABLED=yes' /etc/ufw/ufw.conf &&
    ! grep -qsi '^DEFAULT_INPUT_POLICY="\?ACCEPT' /etc/default/ufw && ! lets_80_in; then
    object "ufw is active and lets no one reach port 80. Allow it: ufw allow 80,443/tcp"
fi

# The firewall for mail is one for all sites of a host.
own_mail=/etc/understudy/$SITE.mail
for file in /etc/understudy/*.mail; do
    if [ "$file" = "$own_mail" ] || ! [ -e "$file" ]; then continue; fi
    other=$(basename "$file" .mail)
    case "$MAIL $(cat "$file") $(cat "$own_mail" 2>/dev/null)" in
    "capture off "*)
        object "the site $other sends its mails from this host, and \`mail: capture\` of $SITE would refuse them." \
            "Set \`mail: off\` for this target, or capture those of $other, too"
        ;;
    "off capture capture") ;;
    "off capture "*)
        object "this host captures the mails of the site $other and sends none. Set \`mail: capture\` for this target, too"
        ;;
    esac
done
# By the site's name, so that deploy.py knows it as well: understudy/config/mail.py computes the same.
mail_digest=$(printf %s "$SITE" | sha256sum | cut -c 1-4)
mail_port=$((20000 + 0x$mail_digest % 10000))
if [ "$MAIL" = capture ] && booted && command -v ss >/dev/null && ! [ -e "/etc/systemd/system/understudy-mail-$SITE.socket" ] &&
    [ -n "$(ss -ltnH "sport = :$mail_port")" ]; then
    object "port $mail_port is taken, so the mails of $SITE can't be captured there (ss -ltnp shows by what)." \
        "Stop it, or set \`mail: off\` for this target"
fi

service_conflicts

# tables_here: how many the site's database on this host has, 0 without one.
tables_here() {
    of_site="nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'"
    (cd / && runuser -u postgres -- psql -XAtq -p 5432 -d "$SITE" -c "SELECT count(*) FROM pg_class
        JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE relkind = 'r' AND $of_site") 2>/dev/null || echo 0
}
if [ -n "$DATABASE" ] && booted && command -v psql >/dev/null && getent passwd postgres >/dev/null; then
    tables=$(tables_here)
    [ "$tables" = 0 ] || object "this host has a database $SITE with $tables tables, and deploy.yml has it on $DATABASE:" \
        "its data does not move by itself. docs/topology.md shows how to move it"
fi

if [ -n "$conflict" ]; then
    echo "provision: nothing was changed" >&2
    exit 3
fi
# From here to the end the host is half provisioned, and its old stamp is no longer true.
if ! is_check && [ -e "$STAMP_FILE" ] && [ "$(cat "$STAMP_FILE")" != "$STAMP" ]; then
    rm "$STAMP_FILE"
fi
