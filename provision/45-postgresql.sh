# Queries whose results are statements: \gexec runs them.
site_statements() {
    cat <<'SQL'
-- With these, any local user could log in as any other, without a password.
SELECT format($$DO 'BEGIN RAISE EXCEPTION $s$line %s of pg_hba.conf lets local users in by "%s": only '
              '"peer" may$s$; END'$$, line_number, auth_method)
FROM pg_hba_file_rules WHERE type = 'local' AND auth_method NOT IN ('peer', 'reject') \gexec

SELECT format('CREATE ROLE %I LOGIN', :'site')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'site') \gexec

SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', :'site')
FROM pg_roles WHERE rolname = :'site'
AND (NOT rolcanlogin OR rolsuper OR rolcreatedb OR rolcreaterole) \gexec

-- template0: independent of the language the server was installed in, and of changes to template1.
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING %L LOCALE %L',
              name, :'site', 'UTF8', :'locale')
FROM (VALUES (:'site'), (:'site' || '_scratch')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

SELECT format('ALTER DATABASE %I OWNER TO %I', datname, :'site')
FROM pg_database JOIN pg_roles AS owner ON owner.oid = datdba
WHERE datname IN (:'site', :'site' || '_scratch') AND owner.rolname <> :'site' \gexec

-- Grantee 0 is PUBLIC. A database whose rights were never changed has no list of them, but acldefault has.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', datname)
FROM pg_database
WHERE datname IN (:'site', :'site' || '_scratch') AND EXISTS (
    SELECT FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE grantee = 0) \gexec
SQL
}
# For other hosts by TLS alone, at this host's address in their network.
postgresql_settings() {
    echo "listen_addresses = '$(database_addresses | paste -sd ,)'"
    if [ -n "$(database_addresses)" ]; then
        echo "ssl = on"
        echo "ssl_cert_file = '/etc/understudy/database.crt'"
        echo "ssl_key_file = '/etc/understudy/database.key'"
        echo "password_encryption = 'scram-sha-256'"
    fi
}
# Those hosts know this very certificate, and no authority. Its names are the addresses at which they connect.
database_certificate() {
    names=$(database_addresses | sed 's/^/IP:/' | paste -sd ,)
    certificate=/etc/understudy/database.crt
    has=$(openssl x509 -in "$certificate" -noout -subject -nameopt multiline 2>/dev/null | sed -n 's/.*commonName *= //p')
    if [ -z "$names" ] || [ "$has" = "$(database_addresses | head -n 1)" ]; then return 0; fi
    act openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
        -subj "/CN=$(database_addresses | head -n 1)" -addext "subjectAltName=$names" \
        -keyout /etc/understudy/database.key -out "$certificate" 2>/dev/null
    act chown root:postgres /etc/understudy/database.key
    act chmod 0640 /etc/understudy/database.key
    if systemctl is-active -q "$service"; then act systemctl restart "$service"; fi
}
# At a boot its address may not be there yet: without these the server would end.
await_network() {
    settings=/etc/sysctl.d/60-understudy-database.conf
    if [ -n "$(database_addresses)" ]; then
        if printf '%s\n' 'net.ipv4.ip_nonlocal_bind = 1' 'net.ipv6.ip_nonlocal_bind = 1' | put 0644 "$settings" && booted; then
            act sysctl -q -p "$settings"
        fi
    elif exists "$settings"; then
        keep "$settings"
        act rm "$settings"
    fi
}
# The lines of pg_hba.conf for other hosts of this site. The file is the server's own: it keeps its owner.
database_logins() {
    file=/etc/postgresql/$cluster/pg_hba.conf mark="# understudy $SITE"
    {
        grep -v " $mark\$" "$file" || true
        for address in $(echo "$DATABASE_FOR" | tr , ' '); do
            case $address in *:*) bits=128 ;; *) bits=32 ;; esac
            echo "hostssl \"$SITE\",\"${SITE}_scratch\" \"$SITE\" $address/$bits scram-sha-256 $mark"
        done
    } >"$work_file"
    if cmp -s "$work_file" "$file"; then return 0; fi
    keep "$file"
    if is_check; then echo "would write $file"; else cat "$work_file" >"$file"; fi
    if systemctl is-active -q "$service"; then act systemctl reload "$service"; fi
}
# Made here once. It goes to the server by standard input: a command line is for all to read.
database_password() {
    password=/etc/understudy/$SITE.database-password
    has=$(echo "SELECT 1 FROM pg_authid WHERE rolname = :'site' AND rolpassword LIKE 'SCRAM-SHA-256%'" | as_postgres)
    if [ -e "$password" ] && [ "$has" = 1 ]; then return 0; fi
    (umask 077 && random_password >"$password.new" && mv "$password.new" "$password")
    printf '%s\n' "\\set password '$(cat "$password")'" "SELECT format('ALTER ROLE %I PASSWORD %L', :'site', :'password') \\gexec" |
        as_postgres
}
as_postgres() {
    # The user postgres can't enter /root.
    (cd / && runuser -u postgres -- psql -XAqt -p 5432 -d postgres -v ON_ERROR_STOP=1 \
        -v site="$SITE" -v locale="$LOCALE")
}

case " $* " in
*" postgresql "*)
    step postgresql
    work_file=$(mktemp)
    # The default cluster of programs that name none; after an upgrade of Debian there may be two.
    cluster=$(pg_lsclusters -h 2>/dev/null | awk '$3 == 5432 { print $1 "/" $2; exit }')
    [ -n "$cluster" ] || is_check || {
        echo "provision: no PostgreSQL cluster has port 5432: see pg_lsclusters" >&2
        exit 1
    }
    service=postgresql@$(echo "$cluster" | tr / -)

    if booted; then database_certificate; fi
    await_network
    # Without TCP, the `host` lines of Debian's pg_hba.conf let no one in.
    if postgresql_settings | put 0644 "/etc/postgresql/$cluster/conf.d/understudy.conf"; then
        if booted; then act systemctl restart "$service"; fi
    fi
    if booted; then database_logins; fi
    # In a chroot no server runs: the first run on the booted host makes the role and the databases.
    if booted; then
        systemctl is-active -q "$service" || act systemctl start "$service"
        if ! is_check; then
            site_statements | as_postgres
            if [ -n "$DATABASE_FOR" ]; then database_password; fi
        elif systemctl is-active -q "$service"; then
            site_statements | sed 's/ \\gexec$/;/' | as_postgres | sed -n 's/^ *\([^ ]\)/would run: \1/p'
        fi
    fi
    rm "$work_file"
    ;;
esac
