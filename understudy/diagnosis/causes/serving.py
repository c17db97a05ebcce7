"""Between the visitor and the app: nginx, headers, static files, workers."""

import re
from typing import Any

from understudy.diagnosis.causes.checks import (
    not_committed,
    on_disk,
    on_host,
    own_line,
    setting,
    written,
)
from understudy.diagnosis.causes.starting import runs_a_server
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule, holds

_NO_ENTRY = Clue("said", r"Missing staticfiles manifest entry for '(?P<file>[^']+)'")


def _runs_no_server(groups: Groups, facts: KnownFacts) -> Finding | None:
    """What never ends its import looks the same, and no time is enough for it."""
    return holds(None if facts.commit is None else runs_a_server(groups, facts) is None)


_UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3, "": 1}


def _is_below(limit: Any, groups: Groups) -> bool:
    """nginx has refused more than what it takes now."""
    number, unit = re.findall(r"^(\d+)([kmg]?)$", str(limit).lower())[0]
    return int(groups["bytes"]) > int(number) * _UNITS[unit]


_STATIC = (
    Rule(
        "collectstatic-not-run",
        (_NO_ENTRY,),
        "static files are not collected: release_commands in deploy.yml don't run collectstatic",
        "Remove release_commands from deploy.yml: the preset django collects them.",
        (
            setting(
                "release_commands", lambda commands, groups: "collectstatic" not in str(commands)
            ),
        ),
    ),
    Rule(
        "static-file-missing",
        (_NO_ENTRY,),
        "a template asks for the static file {file}, which is not there",
        "Commit the file, or correct its name in {% static %}; case counts, too.",
        (not_committed("(?:.*/)?static/{file}"),),
    ),
    Rule(
        "static-file-missing-in-css",
        (Clue("said", r"The file '(?P<file>[^']+)' could not be found with"),),
        "a stylesheet or script asks for the static file {file}, which is not there",
        "Commit the file, or correct its name where it's asked for.",
        (not_committed("(?:.*/)?static/{file}"),),
    ),
)

_BROWSER = (
    Rule(
        "upload-limit",
        (Clue("nginx", r"client intended to send too large body: (?P<bytes>\d+)"),),
        "nginx refuses an upload that is larger than app.upload_limit, {app.upload_limit}",
        "Raise app.upload_limit in deploy.yml.",
        (setting("upload_limit", _is_below),),
    ),
    Rule(
        "hard-coded-localhost",
        (Clue("step", r"(?P<url>\w+://(?:localhost|127\.0\.0\.1)(?::\d+)?)\b.* net::ERR_\w+"),),
        "a page asks for {url}, which is the visitor's own machine",
        "Use addresses without a host in templates and scripts, such as /lists/.",
        (written("{url}"),),
    ),
    Rule(
        "redirect-to-localhost",
        (
            Clue("step", r"ERR_CONNECTION_REFUSED|test_new_list_is_at_an_address_of_the_site"),
            Clue("step", r"(?P<url>https?://(?:localhost|127\.0\.0\.1)(?::\d+)?)/"),
        ),
        "the site sends visitors to {url}, which is their own machine",
        "Redirect to addresses without a host, such as reverse() makes.",
        (written("{url}", where=r".*\.py"),),
    ),
    Rule(
        "error-page-broken",
        (
            # Both ask for an address that isn't there.
            Clue("step", r"in test_(?:debug_is_off|unknown_address_gets_the_sites_own_page)\n"),
            Clue("step", r"^E +assert 500 (?:== 404|< 500)"),
        ),
        "the site's own page for 404 fails itself",
        "Fix the template 404.html, which is never shown in debug mode.",
        (on_disk("committed", r"(?:.*/)?404\.html"),),
    ),
)

# Any other cause says more.
BY_ANSWER: tuple[Rule, ...] = (
    Rule(
        "page-refused",
        (
            Clue("step", r"curl: \(22\) The requested URL returned error: (?P<status>40[1345])$"),
            Clue("step", r"^asked: \w+://[^/\s]+(?P<path>/\S*)$"),
        ),
        "{path} is answered with {status}",
        "app.health_path and check_paths in deploy.yml must be pages that the app has and shows to "
        "anyone; a good health path asks the database something small.",
    ),
)

_OVER_ITS_LIMIT = (
    "the app took more memory than app.memory_max allows, {app.memory_max}, and was ended",
    "Look for what it keeps from one request to the next, or raise app.memory_max.",
)
_HAS_LIMIT = setting("memory_max", lambda limit, groups: bool(limit))

_WORKERS = (
    Rule(
        "out-of-memory",
        (Clue("said", r"killed by the OOM killer|result 'oom-kill'"),),
        *_OVER_ITS_LIMIT,
        (_HAS_LIMIT,),
    ),
    Rule(
        "out-of-memory-unreported",
        (Clue("said", r"Worker \S+ was sent SIGKILL! Perhaps"),),
        *_OVER_ITS_LIMIT,
        (_HAS_LIMIT, on_host("oom", "{app.name}", "yes")),
    ),
    Rule(
        "slow-start",
        (
            Clue("said", r"WORKER TIMEOUT|curl: \(28\)|start operation timed out"),
            Clue(
                "said",
                r"in (?:load_wsgi|import_app)\n|health check: curl: \(28\)|start operation timed out",
            ),
        ),
        "the app takes too long to start",
        "Do what takes long after the start, or raise app.start_timeout ({app.start_timeout} s) and "
        "app.request_timeout ({app.request_timeout} s) in deploy.yml.",
        (_runs_no_server,),
    ),
    Rule(
        "request-timeout",
        (
            Clue("said", r"\[CRITICAL\] WORKER TIMEOUT"),
            Clue("said", r'/source/(?P<file>\S+)", line (?P<line>\d+), in (?P<view>\w+)'),
        ),
        "a request takes more than {app.request_timeout} s in {file}, {view}(), and its worker was killed",
        "Do it outside of the request, or raise app.request_timeout in deploy.yml.",
        (own_line,),
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
        (setting("memory_max", lambda limit, groups: not limit),),
    ),
)

_PATHS = (
    Rule(
        "health-path-missing",
        (
            Clue("said", r"returned error: 404"),
            Clue("said", r"Not Found: (?P<path>\S+)$"),
        ),
        "the app has no page {path}, which app.health_path names",
        "Correct app.health_path in deploy.yml, or add the page.",
        (setting("health_path", lambda path, groups: path == groups["path"]),),
    ),
    Rule(
        "check-path-missing",
        (
            Clue("said", r"returned error: 404"),
            Clue("said", r"Not Found: (?P<path>\S+)"),
        ),
        "the app has no page {path}, which app.check_paths names",
        "Correct app.check_paths in deploy.yml, or add the page.",
        (setting("check_paths", lambda paths, groups: groups["path"] in paths),),
    ),
    Rule(
        "path-without-its-slash",
        (Clue("step", r"^(?P<path>/\S*) redirects to (?P<slashed>\S+/): write"),),
        "{path} redirects to {slashed}",
        "Write {slashed} in deploy.yml, in app.health_path or app.check_paths.",
    ),
    Rule(
        "health-path-redirects",
        (
            Clue("step", r"^FAILED .*::test_health_path_answers"),
            Clue("step", r"AssertionError: \S+ redirects to (?P<where>\S+) \((?P<status>30\d)\)"),
        ),
        "{app.health_path} answers with a redirect ({status}) to {where}",
        "Let the health path answer anybody by itself: it is asked without a login.",
    ),
)

RULES: tuple[Rule, ...] = (*_STATIC, *_WORKERS, *_BROWSER, *_PATHS)
