"""Between the visitor and the app: nginx, headers, static files, workers."""

from understudy.causes.checks import on_host
from understudy.diagnosis import Clue, Rule

_NO_ENTRY = Clue("said", r"Missing staticfiles manifest entry for '(?P<file>[^']+)'")
_REFUSED = r"(?:ConnectionRefusedError|Connection refused)"

_STATIC = (
    Rule(
        "collectstatic-not-run",
        (_NO_ENTRY, Clue("settings", r"^release_commands (?!.*collectstatic)")),
        "static files are not collected: release_commands in deploy.yml don't run collectstatic",
        "Remove release_commands from deploy.yml: the preset django collects them.",
    ),
    Rule(
        "static-file-missing",
        (_NO_ENTRY,),
        "a template asks for the static file {file}, which is not there",
        "Commit the file, or correct its name in {% static %}; case counts, too.",
    ),
    Rule(
        "static-file-missing-in-css",
        (Clue("said", r"The file '(?P<file>[^']+)' could not be found with"),),
        "a stylesheet or script asks for the static file {file}, which is not there",
        "Commit the file, or correct its name where it's asked for.",
    ),
)

_BROWSER = (
    Rule(
        "upload-limit",
        (
            Clue("nginx", r"client intended to send too large body"),
            Clue("settings", r'^upload_limit "(?P<limit>[^"]+)"'),
        ),
        "nginx refuses an upload that is larger than app.upload_limit, {limit}",
        "Raise app.upload_limit in deploy.yml.",
    ),
    Rule(
        "hard-coded-localhost",
        (Clue("said", r"(?P<url>\w+://(?:localhost|127\.0\.0\.1)(?::\d+)?)\b.* net::ERR_\w+"),),
        "a page asks for {url}, which is the visitor's own machine",
        "Use addresses without a host in templates and scripts, such as /lists/.",
    ),
    Rule(
        "redirect-to-localhost",
        (
            Clue("said", r"ERR_CONNECTION_REFUSED|test_new_list_is_at_an_address_of_the_site"),
            Clue("said", r"(?P<url>https?://(?:localhost|127\.0\.0\.1)(?::\d+)?)/"),
        ),
        "the site sends visitors to {url}, which is their own machine",
        "Redirect to addresses without a host, such as reverse() makes.",
    ),
    Rule(
        "error-page-broken",
        (
            # Both ask for an address that isn't there.
            Clue("said", r"in test_(?:debug_is_off|unknown_address_gets_the_sites_own_page)\n"),
            Clue("said", r"^E +assert 500 == 404"),
        ),
        "the site's own page for 404 fails itself",
        "Mend the template 404.html, which is never shown with DEBUG on.",
    ),
)

_WORKERS = (
    Rule(
        "out-of-memory",
        (
            Clue("said", r"killed by the OOM killer|result 'oom-kill'"),
            Clue("settings", r'^memory_max "(?P<limit>[^"]+)"'),
        ),
        "the app took more memory than app.memory_max allows, {limit}, and was ended",
        "Look for what it keeps from one request to the next, or raise app.memory_max.",
    ),
    Rule(
        "slow-start",
        (
            Clue("said", r"WORKER TIMEOUT|curl: \(28\)|start operation timed out"),
            Clue("said", r"in (?:load_wsgi|import_app)\n|curl: \(28\)|start operation timed out"),
            Clue("settings", r"^start_timeout (?P<seconds>\d+)"),
            Clue("settings", r"^request_timeout (?P<limit>\d+)"),
        ),
        "the app takes too long to start",
        "Do what takes long after the start, or raise app.start_timeout ({seconds} s) and "
        "app.request_timeout ({limit} s) in deploy.yml.",
    ),
    Rule(
        "request-timeout",
        (
            Clue("said", r"\[CRITICAL\] WORKER TIMEOUT"),
            Clue("settings", r"^request_timeout (?P<limit>\d+)"),
            Clue("said", r'/source/(?P<file>\S+)", line (?P<line>\d+), in (?P<view>\w+)'),
        ),
        "a request takes more than {limit} s in {file}, {view}(), and its worker was killed",
        "Do it outside of the request, or raise app.request_timeout in deploy.yml.",
    ),
    # A worker that hangs ends in the same way: only what nothing else explains.
    Rule(
        "out-of-the-hosts-memory",
        (
            Clue(
                "said",
                r"killed by the OOM killer|result 'oom-kill'|Worker \S+ was sent SIGKILL! Perhaps",
            ),
        ),
        "the app took all the memory of the host, and was ended",
        "Look for what it keeps from one request to the next; fewer app.workers take less.",
    ),
)

_NEIGHBOURS = (
    Rule(
        "certificate-missing",
        (
            Clue(
                "said",
                r'cannot load certificate(?: key)? "(?P<path>[^"]+)": .*No such file or directory',
            ),
        ),
        "{path}, which the target's `certificate` names, is not on the host",
        "Put it there, or correct `certificate` in deploy.yml: it is not deployed.",
    ),
    Rule(
        "client-address-empty",
        (Clue("said", r"ValueError: '' does not appear to be an IPv4 or IPv6 address"),),
        "REMOTE_ADDR is empty: the app is behind nginx and a unix socket",
        'Take the last address in request.headers["X-Forwarded-For"], which nginx sets.',
    ),
    Rule(
        "header-not-sent",
        (Clue("said", r"KeyError: 'HTTP_(?P<name>X_[A-Z_]+)'"),),
        "the app needs the header {name}, which nginx doesn't send",
        "nginx sends Host, X-Forwarded-For, X-Forwarded-Proto and X-Request-ID: use these.",
    ),
    Rule(
        "redis-missing",
        (Clue("said", _REFUSED), Clue("said", r"\b6379\b")),
        "nothing listens at port 6379, Redis: no server of that kind is on the host",
        "Add redis-server to host.packages in deploy.yml, and provision; or do without.",
        (on_host("port", "6379", "no"),),
    ),
    Rule(
        "memcached-missing",
        (Clue("said", _REFUSED), Clue("said", r"\b11211\b")),
        "nothing listens at port 11211, memcached: no server of that kind is on the host",
        "Add memcached to host.packages in deploy.yml, and provision; or do without.",
        (on_host("port", "11211", "no"),),
    ),
    Rule(
        "own-port",
        (
            Clue("said", r"Listening at: (?P<address>http://\S+)"),
            Clue("said", r"curl: \(7\)"),
        ),
        "gunicorn listens at {address}, and nginx asks the release's socket",
        "Remove GUNICORN_CMD_ARGS, or --bind from it: the release has a socket of its own.",
    ),
)

_PATHS = (
    Rule(
        "health-path-missing",
        (
            Clue("said", r"returned error: 404"),
            Clue("settings", r'^health_path "(?P<path>[^"]+)"'),
            Clue("said", r"Not Found: {path}$"),
        ),
        "the app has no page {path}, which app.health_path names",
        "Correct app.health_path in deploy.yml, or add the page.",
    ),
    Rule(
        "check-path-missing",
        (
            Clue("said", r"returned error: 404"),
            Clue("said", r"Not Found: (?P<path>\S+)"),
        ),
        "the app has no page {path}, which app.check_paths names",
        "Correct app.check_paths in deploy.yml, or add the page.",
    ),
    Rule(
        "health-path-redirects",
        (
            Clue("said", r"^FAILED .*::test_health_path_answers"),
            Clue("said", r"assert (?P<status>30\d) == 200"),
            Clue("settings", r'^health_path "(?P<path>[^"]+)"'),
        ),
        "{path} answers with a redirect ({status}), say to a login",
        "Let the health path answer anybody by itself: it is asked without a login.",
    ),
)

RULES: tuple[Rule, ...] = (*_STATIC, *_WORKERS, *_BROWSER, *_NEIGHBOURS, *_PATHS)
