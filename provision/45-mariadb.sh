# Queries whose rows are statements, as in 45-postgresql.sh; none if all is as wanted. A site's name has letters,
# digits and hyphens. In GRANT an underscore is a wildcard: unescaped, it would give the database shop-scratch, too.
mariadb_statements() {
    cat <<SQL
-- With these, any local user could log in as any other, without a password.
SELECT CONCAT("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the account ", REPLACE(User, "'", ""), "@",
    REPLACE(Host, "'", ""), " of MariaDB has no password: any local user can log in as it';")
FROM mysql.global_priv WHERE JSON_VALUE(Priv, '$.plugin') = 'mysql_native_password'
AND JSON_VALUE(Priv, '$.authentication_string') = '' AND JSON_EXTRACT(Priv, '$.auth_or') IS NULL
AND COALESCE(JSON_VALUE(Priv, '$.account_locked'), 0) = 0;

SELECT "CREATE USER '$SITE'@'localhost' IDENTIFIED VIA unix_socket;"
FROM DUAL WHERE NOT EXISTS (SELECT * FROM mysql.global_priv WHERE User = '$SITE' AND Host = 'localhost');

SELECT "ALTER USER '$SITE'@'localhost' IDENTIFIED VIA unix_socket;"
FROM mysql.global_priv WHERE User = '$SITE' AND Host = 'localhost'
AND (JSON_VALUE(Priv, '$.plugin') <> 'unix_socket' OR JSON_EXTRACT(Priv, '$.auth_or') IS NOT NULL);

SELECT "REVOKE ALL PRIVILEGES ON *.* FROM '$SITE'@'localhost'; REVOKE GRANT OPTION ON *.* FROM '$SITE'@'localhost';"
FROM mysql.global_priv WHERE User = '$SITE' AND Host = 'localhost' AND JSON_VALUE(Priv, '$.access') <> 0;

-- The collation is named: the default differs from version to version.
SELECT CONCAT("CREATE DATABASE \`", name, "\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;")
FROM (SELECT '$SITE' AS name UNION SELECT '${SITE}_scratch') AS wanted
WHERE name NOT IN (SELECT SCHEMA_NAME FROM information_schema.SCHEMATA);

SELECT CONCAT("GRANT ALL ON \`", pattern, "\`.* TO '$SITE'@'localhost';")
FROM (SELECT '$SITE' AS pattern UNION SELECT '$SITE\\\\_scratch') AS wanted
WHERE pattern NOT IN (SELECT Db FROM mysql.db WHERE User = '$SITE' AND Host = 'localhost' AND Drop_priv = 'Y');
SQL
}
# As root, whom the server knows by the socket.
as_mariadb() { mariadb --no-defaults --batch --raw --skip-column-names --default-character-set=utf8mb4; }

case " $* " in
*" mariadb-server "*)
    step mariadb
    if put 0644 /etc/mysql/mariadb.conf.d/90-understudy.cnf <<'CONF'
[mariadbd]
skip-networking
CONF
    then
        if booted; then act systemctl restart mariadb; fi
    fi
    # In a chroot no server runs: the first run on the booted host makes the user and the databases.
    if booted; then
        systemctl is-active -q mariadb || act systemctl start mariadb
        if ! is_check; then
            statements=$(mariadb_statements | as_mariadb)
            printf '%s\n' "$statements" | as_mariadb
        elif systemctl is-active -q mariadb; then
            mariadb_statements | as_mariadb | sed 's/^/would run: /'
        fi
    fi
    ;;
esac
