"""What the app talks to: other servers by their names and ports, and nginx in front of it."""

import re

from understudy.diagnosis.causes.checks import (
    in_commit,
    missing,
    on_host,
    setting,
    variable,
    written,
)
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule, holds
from understudy.release.commit_facts import CommitFacts

_REFUSED = r"(?:ConnectionRefusedError|[Cc]onnection refused)"
_SENT = {"X_FORWARDED_FOR", "X_FORWARDED_PROTO", "X_REQUEST_ID"}
_PROVISION = "provision the hosts again ({run} provision{on})"


def _server(name: str, port: str, package: str) -> Rule:
    return Rule(
        f"{name.lower()}-missing",
        (Clue("said", _REFUSED), Clue("said", rf"\b{port}\b")),
        f"nothing listens at port {port}, {name}: no server of that kind is on the host",
        f"Add {package} to host.packages in deploy.yml, and provision; or do without.",
        (on_host("port", port, "no"),),
    )


# How a resolver, a driver or a library says that a name is not known.
_UNKNOWN_NAME = "|".join(
    (
        r"could not translate host name \"(?P<a>[\w.-]+)\"",
        r"failed to resolve host '(?P<b>[\w.-]+)'",
        r"Unknown (?:MySQL )?server host '(?P<c>[\w.-]+)'",
        r"Error -\d+ connecting to (?P<d>[A-Za-z][\w.-]*):\d+\. ",
    )
)
_NO_SUCH_NAME = (
    r"Name or service not known|Temporary failure in name resolution|No address associated"
)


def _named(groups: Groups, facts: KnownFacts) -> Finding | None:
    name = next((groups[key] for key in "abcd" if groups.get(key)), "")
    return holds(bool(name), name=name)


def _of_the_environment(groups: Groups, facts: KnownFacts) -> Finding | None:
    """A host in a variable of deploy.yml whose name has no dot."""
    for key, value in facts.environment.items():
        found = re.search(r"://(?:[^/@]*@)?([A-Za-z][\w-]*)(?=[:/]|$)", value)
        if found and found[1] != "localhost":
            return holds(True, name=found[1], variable=key)
    return None


def _is_of_compose(commit: CommitFacts, groups: Groups) -> str:
    service = re.compile(rf"^\s+{re.escape(groups['name'])}:\s*$", re.MULTILINE)
    files = re.compile(r"(?:.*/)?(?:docker-)?compose[\w.-]*\.ya?ml")
    texts = commit.texts.items()
    return next(
        (path for path, text in texts if files.fullmatch(path) and service.search(text)), ""
    )


def _has_no_dot(groups: Groups, facts: KnownFacts) -> Finding | None:
    return holds("." not in groups["name"])


_UNRESOLVED = on_host("resolves", "{name}", "no")
_NAMES = tuple(
    rule
    for how, clue, find in (
        ("", Clue("said", _UNKNOWN_NAME), _named),
        ("-in-environment", Clue("said", _NO_SUCH_NAME), _of_the_environment),
    )
    for rule in (
        Rule(
            f"name-of-compose{how}",
            (clue,),
            "the host knows no name '{name}': it is a service of docker-compose, in {found}",
            "Name where it is for this target, under app.environment or the target's environment in "
            "deploy.yml: localhost if it runs on the host.",
            (find, in_commit(_is_of_compose), _UNRESOLVED),
        ),
        Rule(
            f"name-without-domain{how}",
            (clue,),
            "the host knows no name '{name}': such short names are those of docker-compose, and only "
            "known between its containers",
            "Name where it is for this target, under app.environment or the target's environment in "
            "deploy.yml: localhost if it runs on the host.",
            (find, _has_no_dot, _UNRESOLVED),
        ),
        Rule(
            f"name-unknown{how}",
            (clue,),
            "the name '{name}' does not resolve on the host",
            "Correct the name, or the host's resolver: getent hosts {name} on the host must answer.",
            (find, _UNRESOLVED),
        ),
    )
)


_NGINX = (
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
        (missing("{path}"),),
    ),
    *(
        Rule(
            name,
            (clue,),
            "the headers of an answer are larger than nginx takes, {app.proxy_buffer_size}: visitors "
            "get 502",
            "Raise app.proxy_buffer_size in deploy.yml, or send less: cookies and Link headers grow.",
            (setting("proxy_buffer_size", lambda size, groups: bool(size)),),
        )
        for name, clue in (
            ("headers-too-large", Clue("nginx", r"upstream sent too big header while reading")),
            (
                "headers-too-large-before-the-switch",
                Clue("step", r"The headers of this answer are"),
            ),
        )
    ),
    Rule(
        "upload-not-readable",
        (
            Clue(
                "nginx",
                r'open\(\) "(?P<path>/srv/[^"]+/media/[^"]+)" failed \(13: Permission denied\)',
            ),
        ),
        "nginx can't read {path}: the app made it for itself alone ({answer})",
        "FILE_UPLOAD_PERMISSIONS = 0o644 in the settings; what the app makes itself, say by mkstemp, "
        "needs os.chmod(path, 0o644).",
        (on_host("path", "{path}", lambda answer: bool(re.search(r"\d\d[0-3] ", answer))),),
        no_django=("", "Let the app make it readable: os.chmod(path, 0o644), say after mkstemp."),
    ),
    Rule(
        "client-address-empty",
        (Clue("said", r"ValueError: '' does not appear to be an IPv4 or IPv6 address"),),
        "REMOTE_ADDR is empty: the app is behind nginx and a unix socket",
        'Take the last address in request.headers["X-Forwarded-For"], which nginx sets.',
        (written(r"REMOTE_ADDR|remote_addr"),),
    ),
    Rule(
        "header-not-sent",
        (Clue("said", r"KeyError: 'HTTP_(?P<name>X_[A-Z_]+)'"),),
        "the app needs the header {name}, which nginx doesn't send",
        "nginx sends Host, X-Forwarded-For, X-Forwarded-Proto and X-Request-ID: use these.",
        (lambda groups, facts: holds(groups["name"] not in _SENT),),
    ),
    Rule(
        "own-port",
        (
            Clue("said", r"Listening at: (?P<address>http://\S+)"),
            Clue("said", r"curl: \(7\)"),
        ),
        "gunicorn listens at {address}, and nginx asks the release's socket",
        "Remove GUNICORN_CMD_ARGS, or --bind from it: the release has a socket of its own.",
        (variable(lambda name, value: name == "GUNICORN_CMD_ARGS" and "-b" in value),),
    ),
)

_CONNECTIONS = (
    Rule(
        "database-connections-used-up",
        (
            Clue(
                "said",
                r"FATAL: +(?:sorry, too many clients already|remaining connection slots are reserved)",
            ),
        ),
        "PostgreSQL lets in no more connections: web workers, processes and their threads have its "
        "max_connections, of both releases while one goes live",
        "Let fewer run at once (app.workers, count under processes, concurrency and threads in the "
        "command), or give each process a pool of a few connections.",
        (setting("database", lambda engine, groups: engine == "postgresql"),),
    ),
)

RULES: tuple[Rule, ...] = (
    *_CONNECTIONS,
    *_NAMES,
    *_NGINX,
    _server("Redis", "6379", "redis-server"),
    _server("memcached", "11211", "memcached"),
)
