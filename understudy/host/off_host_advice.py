"""What to do about a place for backups that refuses, by what it has said. Pure."""

import re

_AGAIN = "then run the same command again."
# The first that fits.
_ADVICE = (
    (
        r"accept this host's key",
        "Add that line to authorized_keys of the user in `backups.to`; `python deploy.py restore --target "
        "{target}` shows then what is there.",
    ),
    (r"RESTIC_PASSWORD", "python deploy.py secrets set RESTIC_PASSWORD --target {target}"),
    (
        r"It was there before",
        "Compare `backups.to` with the place, and look whether its disk is mounted there, "
        + _AGAIN,
    ),
    (
        r"there is no repository",
        "`python deploy.py backup --off-host --target {target}` makes it. If it should be there, compare "
        "`backups.to` and the target's name with those that made it.",
    ),
    (
        r"there is no directory|on the same disk as the site",
        f"Mount the disk on the host, {_AGAIN}",
    ),
    (
        r"(?i)no space left|quota",
        f"Make room there, or set lower numbers in `backups.keep` and provision, {_AGAIN}",
    ),
    (
        r"Host key verification failed|IDENTIFICATION HAS CHANGED",
        "If the server was replaced: remove /var/lib/understudy/{site}/off-host/known_hosts on the host, "
        + _AGAIN,
    ),
    (
        r"(?i)access ?denied|unauthorized|forbidden|invalidaccesskey|signaturedoesnotmatch|\b40[13]\b",
        "Set the login of the place: `python deploy.py secrets set NAME --target {target}` for "
        "RESTIC_REST_USERNAME and RESTIC_REST_PASSWORD, or RESTIC_AWS_ACCESS_KEY_ID and "
        "RESTIC_AWS_SECRET_ACCESS_KEY.",
    ),
    (
        r"(?i)refused|timed? ?out|no route|unreachable|no such host|not resolve|name or service|i/o timeout",
        "The host does not reach it: compare `backups.to`, see whether the server runs and lets this host "
        "in, " + _AGAIN,
    ),
    (
        r"is damaged|can't be restored from the repository",
        "Others may be whole: `python deploy.py restore --target {target}` lists them. With another "
        "`backups.to` and `provision`, `backup --off-host` begins a new repository with all data.",
    ),
)


def hint(target: str, site: str, details: str) -> str:
    """What to try. target: its name in deploy.yml."""
    found = (text for pattern, text in _ADVICE if re.search(pattern, details))
    advice = next(found, f"Look at the place with its own tools, {_AGAIN}")
    return advice.format(target=target, site=site)
