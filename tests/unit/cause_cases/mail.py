"""Cases of rules: a mail that was not taken."""

from tests.unit.cause_cases.base import Case, absent, facts, raised, said

SMTPLIB = "/usr/lib/python3.11/smtplib.py"
REFUSED = said(raised("ConnectionRefusedError: [Errno 111] Connection refused", SMTPLIB))
TLS = said(
    raised(
        "smtplib.SMTPNotSupportedError: STARTTLS extension not supported by server.",
        "/srv/todo/venvs/a/lib/python3.11/site-packages/django/core/mail/backends/smtp.py",
    )
)
FIXED = {"config/settings.py": 'EMAIL_PORT = 587\nEMAIL_HOST = "smtp.mail.example"\n'}
NAMED = {"name": "todo"}
CAPTURES, SENDS = (("mail", "todo", "capture"),), (("mail", "todo", "off"),)

CASES = {
    "mail-relay-in-code": Case(
        REFUSED,
        facts(FIXED, answers=CAPTURES, settings=NAMED),
        facts(FIXED, answers=SENDS, settings=NAMED),
    ),
    "mail-by-tls-in-code": Case(
        TLS,
        facts(answers=CAPTURES, settings=NAMED),
        facts(answers=SENDS, settings=NAMED),
    ),
    "no-mail-server": absent("port", "25", REFUSED),
}
