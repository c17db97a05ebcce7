"""Why a mail was not taken: no server, a relay in the code, TLS that the catcher does not speak."""

import re

from understudy.diagnosis.causes.checks import on_host
from understudy.diagnosis.known_facts import KnownFacts
from understudy.diagnosis.rules import Clue, Finding, Groups, Rule, holds

_BY_SMTP = Clue("said", r"smtplib\.py\"|mail/backends/smtp\.py\"")
_REFUSED = Clue("said", r"(?:ConnectionRefusedError|[Cc]onnection refused)")
# Also of a host without a way to names.
_NOT_REACHED = Clue(
    "said", r"ConnectionRefusedError|[Cc]onnection refused|gaierror|Network is unreachable"
)
_CAPTURES = on_host("mail", "{app.name}", "capture")
# A name with a dot, given as a text: in a setting, or where a client is made.
_FIXED = re.compile(
    r"(?:^\s*|[\[\"'])(?:EMAIL_HOST|MAIL_SERVER|MAIL_HOST|SMTP_HOST|SMTP_SERVER)[\"'\]]*\s*[=:]\s*"
    r"[\"'](?P<a>[\w-]+(?:\.[\w-]+)+)[\"']|"
    r"\bSMTP(?:_SSL)?\(\s*(?:host=|hostname=)?[\"'](?P<b>[\w-]+(?:\.[\w-]+)+)[\"']",
    re.MULTILINE,
)


def _relay_in_code(groups: Groups, facts: KnownFacts) -> Finding | None:
    if facts.commit is None:
        return holds(None, relay="", file="")
    for path, text in facts.commit.texts.items():
        found = _FIXED.search(text) if path.endswith(".py") else None
        relay = (found["a"] or found["b"]) if found else ""
        if relay and not relay.startswith("127."):
            return holds(True, relay=relay, file=path)
    return None


def _mail_server(groups: Groups, facts: KnownFacts) -> Finding | None:
    """Where the app sends mail to, as its settings or its environment say; Django's defaults else."""
    texts = "\n".join(facts.commit.texts.values()) if facts.commit else ""
    host, port = (
        facts.environment.get(f"EMAIL_{key}") or _assigned(texts, f"EMAIL_{key}") or default
        for key, default in (("HOST", "localhost"), ("PORT", "25"))
    )
    return holds(host in ("localhost", "127.0.0.1"), port=port)


def _assigned(text: str, name: str) -> str:
    found = re.search(rf"^{name}\s*=\s*[\"']?([\w.-]+)[\"']?\s*(?:#.*)?$", text, re.MULTILINE)
    return found[1] if found else ""


RULES: tuple[Rule, ...] = (
    Rule(
        "mail-relay-in-code",
        (_BY_SMTP, _NOT_REACHED),
        "{file} sends mail to {relay}, and this host lets no mail out: its target captures all mail",
        "Read the server's name and port from the environment, such as EMAIL_HOST and EMAIL_PORT: where mail "
        "is captured they name the host's own catcher.",
        (_relay_in_code, _CAPTURES),
    ),
    Rule(
        "mail-by-tls-in-code",
        (
            _BY_SMTP,
            Clue(
                "said", r"STARTTLS extension not supported by server|\[SSL: WRONG_VERSION_NUMBER\]"
            ),
        ),
        "the app sends mail by TLS only, and what captures the mails of this host speaks plain SMTP",
        "Read EMAIL_USE_TLS and EMAIL_USE_SSL (MAIL_USE_TLS, MAIL_USE_SSL) from the environment: where mail is "
        "captured they are 0.",
        (_CAPTURES,),
    ),
    Rule(
        "no-mail-server",
        (_BY_SMTP, _REFUSED),
        "the app sends mail to port {port} of the host, and no mail server listens there",
        "Set EMAIL_HOST (and EMAIL_PORT, EMAIL_HOST_USER) to your mail server: in the settings from "
        "the environment, and under app.environment in deploy.yml.",
        (_mail_server, on_host("port", "{port}", "no")),
        no_django=(
            "",
            "Read the mail server's name, port and login from the environment, and set them under "
            "app.environment in deploy.yml.",
        ),
    ),
)
