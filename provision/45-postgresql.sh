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
as_postgres() {
    # The user postgres can't enter /root.
    (cd / && runuser -u postgres -- psql -Xqt -p 5432 -d postgres -v ON_ERROR_STOP=1 \
        -v site="$SITE" -v locale="$LOCALE")
}

case " $* " in
*" postgresql "*)
    step postgresql
    # The default cluster of programs that name none; after an upgrade of Debian there may be two.
    cluster=$(pg_lsclusters -h 2>/dev/null | awk '$3 == 5432 { print $1 "/" $2; exit }')
    [ -n "$cluster" ] || is_check || {
        echo "provision: no PostgreSQL cluster has port 5432: see pg_lsclusters" >&2
        exit 1
    }
    service=postgresql@$(echo "$cluster" | tr / -)

    # Without TCP, the `host` lines of Debian's pg_hba.conf let no one in.
    if put 0644 "/etc/postgresql/$cluster/conf.d/understudy.conf" <<'CONF'
listen_addresses = ''
CONF
    then
        if booted; then act systemctl restart "$service"; fi
    fi
    # In a chroot no server runs: the first run on the booted host makes the role and the databases.
    if booted; then
        systemctl is-active -q "$service" || act systemctl start "$service"
        if ! is_check; then
            site_statements | as_postgres
        elif systemctl is-active -q "$service"; then
            site_statements | sed 's/ \\gexec$/;/' | as_postgres | sed -n 's/^ *\([^ ]\)/would run: \1/p'
        fi
    fi
    ;;
esac
