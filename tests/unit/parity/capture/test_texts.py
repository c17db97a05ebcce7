"""No secret gets into a capture, and what is none stays readable."""

import pytest

from understudy.parity.capture.texts import (
    NAMES_OF_NGINX,
    NAMES_OF_UNITS,
    effective,
    names_only,
    with_domain_placeholder,
    without_assignments,
    without_secrets,
    without_variables,
)

SECRETS = [
    'proxy_set_header Authorization "Basic c2VjcmV0LXdvcmQ=";',
    "proxy_set_header X-Api-Key secret-word;",
    "proxy_set_header X-Auth-Token 'secret-word';",
    "proxy_set_header Cookie session=secret-word;",
    'if ($http_x_api_key != "secret-word") { return 403; }',
    'set $api_key "secret-word";',
    "secure_link_secret secret-word;",
    'map $http_x $ok { "Bearer secret-word-secret-word" 1; }',
    "ExecStart=/usr/bin/tool --password=secret-word --port 80",
    "ExecStart=/usr/bin/tool --password secret-word",
    "ExecStart=/usr/bin/tool --api-key=secret-word",
    "ExecStart=/usr/bin/tool postgres://app:secret-word@db/app",
    "5 4 * * * root curl -H 'Authorization: Bearer secret-word'",
    "5 4 * * * root curl https://ann:secret-word@example.com/backup",
    "host=db user=app password=secret-word sslmode=require",
    "passphrase: secret-word",
    "5 4 * * * root mysqldump --all -psecret-word shop",
    "5 4 * * * root curl -u ann:secret-word https://example.com/backup",
    "5 4 * * * root curl --user=ann:secret-word https://example.com/backup",
    "5 4 * * * root curl --proxy-user ann:secret-word https://example.com/backup",
    '5 4 * * * root curl -d \'{"token":"secret-word"}\' https://example.com/',
    r'5 4 * * * root curl -d "{\"token\":\"secret-word\"}" https://example.com/',
    "5 4 * * * root curl -H 'Authorization: token secret-word' https://example.com/",
    "5 4 * * * root curl -H 'Cookie: a=1; session=secret-word' https://example.com/",
    "5 4 * * * root curl 'https://example.com/run?key=secret-word'",
    "5 4 * * * root MYSQL_PWD=secret-word mysqldump shop",
    "5 4 * * * root DB_PASS=secret-word backup",
    "5 4 * * * root mysqldump -p'a secret-word' shop",
    "5 4 * * * root openssl enc -passin pass:secret-word",
    "5 4 * * * root sshpass -p secret-word ssh example.com",
    "5 4 * * * root redis-cli -a secret-word ping",
    "5 4 * * * root git pull https://secret-word@example.com/shop",
    "5 4 * * * root backup --password \\\n    secret-word",
    "proxy_set_header X-Secret-Value secret-word;",
    r'proxy_set_header X-Auth "a \"secret-word\"";',
    'proxy_set_header X-Token\n    "secret-word";',
    'if ($arg_key != "secret-word") { return 403; }',
    'map $http_x_api_key $who {\n    default "";\n    "secret-word" shop;\n}',
    "ExecStart=/usr/bin/tool postgres://app:se@secret-word@db/app",
    "ExecStart=/usr/bin/tool postgres://app:se/secret-word@db/app",
    "aws_access_key_id = secret-word",
    r"password='it\'s secret-word'",
    "password=a;secret-word",
    "password=$2y$10$secret-word",
    'password="secret-word',
]


@pytest.mark.parametrize("line", SECRETS)
def test_secret_is_masked(line: str) -> None:
    kept = without_secrets(line)

    assert "secret-word" not in kept
    assert "c2VjcmV0" not in kept
    assert "***" in kept


@pytest.mark.parametrize(
    "made",
    [
        "xoxb-1Abc2Def3Ghi4Jkl5Mno6Pqr",
        "https://hooks.slack.com/services/T01/B02/1Abc2Def3Ghi4Jkl5Mno6Pqr",
        "AKIAIOSFODNN7EXAMPLE",
        "https://hc-ping.com/eb095278-f28d-448d-87fb-7b75c171a6aa",
    ],
)
def test_random_text_is_masked_as_a_key(made: str) -> None:
    kept = without_secrets(f"5 4 * * * root run {made} # each night")

    assert kept.startswith("5 4 * * * root run ")
    assert kept.endswith("*** # each night")


def test_long_number_is_masked_as_a_key() -> None:
    assert without_secrets("proxy_set_header X-Site " + 8 * "0a1b") == "proxy_set_header X-Site ***"


@pytest.mark.parametrize(
    "line",
    [
        "server_tokens off;",
        "auth_basic_user_file /etc/nginx/htpasswd;",
        "ssl_certificate_key /etc/letsencrypt/live/shop.test/privkey.pem;",
        "proxy_set_header Authorization $http_authorization;",
        "proxy_set_header Host $http_host;",
        "ssl_password_file /etc/ssl/words;",
        "limit_req_zone $binary_remote_addr zone=login:10m rate=1r/s;",
        "ssl_session_tickets off;",
        "proxy_pass http://unix:/srv/todo/current/socket;",
        "ExecStart=/srv/todo/releases/%i/run gunicorn --config /srv/todo/releases/%i/gunicorn.conf.py",
        "ProtectHome=yes",
        "5 4 * * * root mysqldump -p shop",
        "5 4 * * * root cp -p a b",
        "map $cookie_language $language {\n    de de;\n}",
        "proxy_pass http://unix:/run/shop@1.sock:/;",
        "proxy_pass http://127.0.0.1:8000/@fs/a@b;",
        "proxy_cache_key $scheme$host$request_uri;",
        "ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305;",
        "add_header Content-Security-Policy \"script-src 'sha256-1Abc2Def3Ghi4Jkl5Mno6Pqr='\";",
        "LoadCredential=shop:/etc/shop/key",
        "git clone ssh://git@example.com/shop",
    ],
)
def test_text_without_a_secret_is_kept(line: str) -> None:
    assert without_secrets(line) == line


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Environment=A=1", "Environment=A=***"),
        ('Environment="A=1 and more" B=2', "Environment=A=*** B=***"),
        ("  Environment = 'A=x y'", "Environment=A=***"),
        ("Environment=", "Environment="),
        ('Environment="A=1" \\\n    "B=2" \\\n    C=3', "Environment=A=*** B=*** C=***"),
        ('Environment="A=x word== y:z" B="x word=1"', "Environment=A=*** B=***"),
        ("Environment=A=it's", "Environment=***"),
        ("DefaultEnvironment=A=1", "DefaultEnvironment=A=***"),
        ("ManagerEnvironment=A=1", "ManagerEnvironment=A=***"),
        ("SetCredential=key:it's word=1", "SetCredential=key=***"),
        ("SetCredential=key:hunter2", "SetCredential=key=***"),
        ("UMask=0027", "UMask=0027"),
        ("DHCP=yes", "DHCP=yes"),
        ("EnvironmentFile=/etc/default/shop", "EnvironmentFile=/etc/default/shop"),
    ],
)
def test_values_of_a_units_variables_are_masked(line: str, kept: str) -> None:
    assert without_variables(f"[Service]\n{line}\n[Install]") == f"[Service]\n{kept}\n[Install]"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("DJANGO_SETTINGS=prod", "DJANGO_SETTINGS=***"),
        ("mode = prod", "mode=***"),
        ("MAILTO=ops@example.com", "MAILTO=ops@example.com"),
        ("5 4 * * * root A=1 run", "5 4 * * * root A=1 run"),
    ],
)
def test_values_of_a_crontabs_variables_are_masked(line: str, kept: str) -> None:
    assert without_assignments(f"0 1 * * * x\n{line}\n") == f"0 1 * * * x\n{kept}\n"


def test_comments_and_empty_lines_are_dropped() -> None:
    lines = ["# a", "", "  ; b", "a = 1  ", "\tb = 2 # said", " "]

    assert effective(lines) == "  ; b\na = 1\n    b = 2 # said"
    assert effective(lines, "#;") == "a = 1\n    b = 2 # said"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("server_name shop.test;", "server_name {domain};"),
        ("server_name www.shop.test;", "server_name www.{domain};"),
        ("/live/shop.test/privkey.pem", "/live/{domain}/privkey.pem"),
        ("server_name shop.test.example;", "server_name shop.test.example;"),
        ("server_name my-shop.test;", "server_name my-shop.test;"),
        ("server_name shop.tests;", "server_name shop.tests;"),
        (
            r"if ($host !~ ^(shop\.test|www\.shop\.test)$) {",
            "if ($host !~ ^({domain}|www\\.{domain})$) {",
        ),
    ],
)
def test_sites_own_domain_is_replaced(text: str, named: str) -> None:
    assert with_domain_placeholder(text, "shop.test") == named


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("[Service]", "[Service]"),
        ("ExecStart=/bin/run secret-word", "ExecStart=***"),
        ("ExecStart=/bin/run \\\n    Secret=secret-word \\\n    secret", "ExecStart=***"),
        ("secret", "***"),
        ("", ""),
    ],
)
def test_only_setting_names_are_kept_of_a_protected_unit(text: str, kept: str) -> None:
    assert names_only(text, NAMES_OF_UNITS) == kept


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("http {", "http {"),
        ("    location /secret-word {", "    location ***"),
        ("    }", "    }"),
        ("    listen 8080;", "    ***"),
        ("    secret 1;", "    ***"),
        ('    "secret-word" 1;', "    ***"),
        ("secret;", "***"),
        ("map $http_x $y { secret 1; }", "***"),
    ],
)
def test_only_block_names_are_kept_of_a_protected_nginx_file(line: str, kept: str) -> None:
    """The first word of a line may be a key of a map."""
    assert names_only(line, NAMES_OF_NGINX) == kept
