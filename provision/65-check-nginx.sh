step checker of nginx files
# A list of what is allowed: a directive that nginx learns later is refused. docs/security.md
put 0755 /usr/local/lib/understudy/check-nginx <<'CHECK' || true
#!/usr/bin/python3 -I
"""check-nginx SITE FILE [CONTEXT]   succeeds if FILE holds only what is listed here, of a site's nginx
file. CONTEXT: the block that all of FILE is in; none by default.

nginx opens logs and certificates as root. So a file that a deployer wrote may name two logs, the
certificate's directories, and otherwise only what lies below /srv/SITE.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

# Context, name, arguments; a block ends in { and is a context itself. In the patterns a space parts
# two arguments, and each word in capitals is one of WORDS.
RULES = r"""
top              server                         {
top              log_format                     OWN( escape=(default|json))?( (?!escape=)TEXT)+
top              map                            VARIABLE MINE {
map              default                        TEXT?
map              ""                             TEXT?
map              websocket                      (websocket|upgrade)
map              127.0.0.1                      off
map              ::1                            off
top              geo                            \$realip_remote_addr MINE {
geo              *                              ADDRESSES 1|default TEXT?
top              limit_req_zone                 TEXT zone=OWN:ZONE rate=[0-9]{1,6}r/[sm]
top              limit_conn_zone                TEXT zone=OWN:ZONE
server           listen                         (\[::\]:|127\.0\.0\.2:)?(80|443)( ssl)?( http2)?
server           http2                          SWITCH
server           include                        /etc/nginx/understudy/(tls|unknown-names)\.conf
server           server_name                    HOST( HOST)*
server           ssl_certificate                CERTIFICATE
server           ssl_certificate_key            CERTIFICATE
server           ssl_protocols                  TLSv1\.[23]( TLSv1\.[23])*
server           ssl_ciphers                    [A-Zak0-9:!+@-]+
server           ssl_prefer_server_ciphers      SWITCH
server           ssl_session_cache              off|none|shared:OWN:ZONE
server           ssl_session_tickets            SWITCH
server           ssl_session_timeout            TIME
server           large_client_header_buffers    NUMBER SIZE
server           client_header_buffer_size      SIZE
server           client_header_timeout          TIME
server,location  location                       ((=|\^~) )?URL|~\*? TEXT|@NAME {
server,location  if                             \(ASKED !?= [\w.-]+\)|OTHERHOST|\(-e MINE\) {
location         limit_except                   METHOD( METHOD)* {
server           root                           BELOW
location         root                           BELOW|/var/www/understudy-acme
location         alias                          BELOW
location         proxy_pass                     http://unix:(/srv/SITE/(current|candidate)/socket|/run/SITE/NAME\.sock)(:URL)?|http://127\.0\.0\.1:PORT(URL)?
location         try_files                      TRY( TRY)*( =NUMBER| @NAME)?
location         internal
server,location  access_log                     off|/var/log/nginx/SITE\.access\.log( OWN)?
server,location  error_log                      /var/log/nginx/SITE\.error\.log( (info|notice|warn|error|crit))?
server,location  disable_symlinks               (on|if_not_owner)( from=BELOW)?
server,location  index                          NAME( NAME)*
server,location  autoindex                      SWITCH
server,location  expires                        (modified )?[+-]?TIME|epoch|max|off
server,location  etag                           SWITCH
server,location  default_type                   TYPE
server,location  charset                        [a-z0-9-]+
server,location  server_tokens                  off
server,location  error_page                     NUMBER( NUMBER)*( =NUMBER?)? (URL|@NAME)
server,location  client_max_body_size           SIZE
server,location  client_body_buffer_size        SIZE
server,location  client_body_timeout            TIME
server,location  send_timeout                   TIME
server,location  keepalive_timeout              TIME( TIME)?
server,location  keepalive_requests             NUMBER
server,location  lingering_timeout              TIME
server,location  reset_timedout_connection      SWITCH
server,location  sendfile                       SWITCH
server,location  tcp_nopush                     SWITCH
server,location  tcp_nodelay                    SWITCH
server,location  merge_slashes                  SWITCH
server,location  absolute_redirect              SWITCH
server,location  port_in_redirect               SWITCH
server,location  gzip                           SWITCH
server,location  gzip_static                    on|off|always
server,location  gzip_vary                      SWITCH
server,location  gzip_proxied                   NAME( NAME)*
server,location  gzip_comp_level                [1-9]
server,location  gzip_min_length                SIZE
server,location  gzip_types                     TYPE( TYPE)*|\*
server,location  brotli_static                  on|off|always
server,location  limit_req                      zone=OWN( burst=NUMBER)?( nodelay)?
server,location  limit_req_status               NUMBER
server,location  limit_conn                     OWN NUMBER
server,location  limit_conn_status              NUMBER
server,location  limit_rate                     SIZE
server,location  set_real_ip_from               ADDRESSES
server,location  real_ip_header                 HEADER
server,location  real_ip_recursive              SWITCH
server,location  satisfy                        any|all
server,location  auth_basic                     TEXT
server,location  auth_basic_user_file           BELOW
server,location,limit_except  allow             [0-9a-f.:]+(/NUMBER)?|all
server,location,limit_except  deny              [0-9a-f.:]+(/NUMBER)?|all
server,location  proxy_http_version             1\.[01]
server,location  proxy_set_header               HEADER TEXT?
server,location  proxy_hide_header              HEADER
server,location  proxy_pass_header              HEADER
server,location  proxy_ignore_headers           HEADER( HEADER)*
server,location  proxy_redirect                 off|default
server,location  proxy_buffering                SWITCH
server,location  proxy_request_buffering        SWITCH
server,location  proxy_buffer_size              SIZE
server,location  proxy_buffers                  NUMBER SIZE
server,location  proxy_busy_buffers_size        SIZE
server,location  proxy_max_temp_file_size       SIZE
server,location  proxy_connect_timeout          TIME
server,location  proxy_read_timeout             TIME
server,location  proxy_send_timeout             TIME
server,location  proxy_intercept_errors         SWITCH
server,location  proxy_next_upstream            off
server,location,if  add_header                  HEADER TEXT( always)?
server,location,if  return                      NUMBER( TEXT)?|https?://TEXT
server,location,if  rewrite                     TEXT TEXT( (last|break|redirect|permanent))?
"""

# {site} is the site's name. No word holds a variable, but for TEXT, which names no file, and TRY,
# whose variables are what nginx itself has cleaned of `..`: the address, and what a location took of it.
STEP = r"(?!\.{1,2}(?![\w.~-]))[\w.~-]+"
WORDS = {
    "OWN": r"{site}(?:_[a-z0-9_]+)?",
    "SITE": r"{site}",
    # All sites share nginx's variables. Two underscores part the site's name from the rest, which has none:
    # so no two sites have the same, though a hyphen of the name is an underscore here. Shorter than what
    # nginx's variables_hash_bucket_size of 64 holds behind a site's name of 31 letters.
    "MINE": r"\${_site}__[a-z0-9]{1,13}",
    "ADDRESSES": r"[0-9a-f.:]+(?:/[0-9]{1,3})?",
    "VARIABLE": r"\$[a-z0-9_]+",
    "BELOW": rf"/srv/{{site}}(?:/{STEP})*/?",
    "CERTIFICATE": rf"/etc/(?:ssl|letsencrypt|nginx)(?:/{STEP})+",
    "URL": rf"/(?:{STEP}/)*(?:{STEP})?",
    "TRY": rf"/?(?:(?:{STEP}|\$uri|\$file)/?)+",
    "TEXT": r"[^\n]+",
    "HOST": r"(?:\*\.)?[a-z0-9][a-z0-9.-]*",
    "HEADER": r"[A-Za-z0-9-]+",
    "METHOD": r"[A-Z]+",
    "TYPE": r"[a-z0-9*.+-]+/[a-z0-9*.+-]+",
    "NAME": r"[A-Za-z0-9][\w.-]*",
    "NUMBER": r"[0-9]{1,9}",
    "ASKED": r"\$(?:host|scheme|request_method)",
    "OTHERHOST": r"\(\$host\n!~\n\^\([a-z0-9.|+\\-]+\)\$\)",
    # From 1024 on: below are the system's own services.
    "PORT": r"(?:102[4-9]|10[3-9]\d|1[1-9]\d\d|[2-9]\d{3}|[1-5]\d{4}"
    r"|6(?:[0-4]\d{3}|5(?:[0-4]\d\d|5(?:[0-2]\d|3[0-5]))))",
    "SIZE": r"[0-9]{1,9}[kmg]?",
    "ZONE": r"[0-9]{1,2}m",
    "TIME": r"[0-9]{1,9}(?:ms|[smhdwMy])?",
    "SWITCH": r"(?:on|off)",
}

# A part of what nginx reads as words, in which both see the same: no quote, backslash or brace in
# between, but for a variable's and those that regular expressions need.
TOKEN = re.compile(
    r"(?P<space>[ \t\n]+|#[^\n]*)"
    r"|(?P<sign>[;{}])"
    r"""|(?:"(?P<double>(?:[^"\\\n]|\\[.dwsDWS/+-])*)"|'(?P<single>(?:[^'\\\n]|\\[.dwsDWS/+-])*)'"""
    r"""|(?P<word>(?:[^ \t\n"'\\;{}#$]|\$\{\w+\}|\$(?!\{)|\\[.dwsDWS/+-])+))(?=[ \t\n;{])"""
)


class Refused(Exception):
    pass


# (context, name): pattern of the arguments, whether a block follows
Rules = dict[tuple[str, str], tuple[re.Pattern[str], bool]]


def rules(site: str) -> Rules:
    """RULES, with WORDS and the site's name put in."""
    found: Rules = {}
    for rule in RULES.strip().splitlines():
        contexts, name, *rest = rule.split(None, 2)
        name = name.strip('"')
        pattern = "".join(rest)
        block = pattern.endswith("{")
        pattern = pattern.rstrip("{ ").replace(" ", "\n")
        pattern = re.sub(rf"\b({'|'.join(WORDS)})\b", lambda word: f"(?:{WORDS[word[1]]})", pattern)
        pattern = pattern.replace("{_site}", site.replace("-", "_"))
        pattern = pattern.replace("{site}", re.escape(site))
        compiled = re.compile(pattern, re.ASCII)
        for context in contexts.split(","):
            found[context, name] = (compiled, block)
    return found


def words(text: str) -> Iterator[tuple[int, str, bool]]:
    """(line, word or sign, whether it is a sign)"""
    place = 0
    while place < len(text):
        line = text.count("\n", 0, place) + 1
        token = TOKEN.match(text, place)
        if not token:
            raise Refused(f"{line}: cannot be read: {text[place : place + 40]!r}")
        kind = str(token.lastgroup)
        if kind != "space":
            yield line, token[kind], kind == "sign"
        place = token.end()


def directives(text: str) -> Iterator[tuple[int, list[str], str]]:
    """(line of the end, words, end: one of the signs)"""
    directive: list[str] = []
    line = 1
    for line, word, sign in words(text):
        if not sign:
            directive.append(word)
            continue
        yield line, directive, word
        directive = []
    if directive:
        raise Refused(f"{line}: no ; after {' '.join(directive)[:200]}")


def is_allowed(allowed: Rules, context: str, directive: list[str], end: str) -> bool:
    """end: `;`, or `{` where a block follows. The rule of all names is for a context whose names are values."""
    if (context, "*") in allowed:
        directive = ["*", *directive]
    name, *arguments = directive or [""]
    if (context, name) not in allowed:
        return False
    pattern, block = allowed[context, name]
    return block == (end == "{") and pattern.fullmatch("\n".join(arguments)) is not None


def check(site: str, text: str, outermost: str = "top") -> None:
    """Raises Refused with the first line that is not allowed. outermost: the context of the whole text."""
    if found := re.search(r"[^\t\n\x20-\x7e\x80-\xff]", text):
        line = text.count("\n", 0, found.start()) + 1
        raise Refused(f"{line}: has control characters")
    allowed = rules(site)
    contexts, line = [outermost], 1
    for line, directive, end in directives(text):
        if end == "}":
            if directive or len(contexts) == 1:
                raise Refused(f"{line}: a }} that closes nothing")
            contexts.pop()
        elif not is_allowed(allowed, contexts[-1], directive, end):
            raise Refused(f"{line}: not allowed in {contexts[-1]}: {' '.join(directive)[:200]}")
        elif end == "{":
            contexts.append(directive[0])
    if len(contexts) > 1:
        raise Refused(f"{line}: a block is not closed")


def main(site: str, path: str, outermost: str = "top") -> None:
    # A byte is a character, as it is for nginx.
    text = Path(path).read_bytes().decode("latin-1")
    try:
        check(site, text, outermost)
    except Refused as refused:
        sys.exit(f"the nginx file, line {refused}")


if __name__ == "__main__":
    main(*sys.argv[1:])
CHECK
