"""Cases of rules: mails that should not go out, or not as they do."""

from tests.unit.cause_cases.base import PACKAGES, SOURCE, VIEWS, Case, facts, said

SIGNAL = f'  File "{PACKAGES}/django/dispatch/dispatcher.py", line 189, in send'
SMTP = '  File "/usr/lib/python3.11/smtplib.py", line 341, in connect'
REFUSED = "ConnectionRefusedError: [Errno 111] Connection refused"

CASES = {
    "mail-in-migration": Case(
        said(
            "Traceback (most recent call last):",
            f'  File "{SOURCE}/lists/migrations/0002_owner.py", line 9, in add',
            "    List.objects.create()",
            SIGNAL,
            f'  File "{SOURCE}/lists/models.py", line 20, in write',
            SMTP,
            "    (code, msg) = self.getreply()",
            REFUSED,
        ),
        facts(VIEWS),
        false_words=said(
            "Traceback (most recent call last):",
            f'  File "{SOURCE}/lists/migrations/0002_owner.py", line 9, in add',
            "    send_mail()",
            SMTP,
            REFUSED,
        ),
    ),
    "mail-relay-of-the-settings": Case(
        said(
            "mails go to smtp.relay.example:587 by the settings, whatever EMAIL_HOST of the environment names"
        ),
        facts(VIEWS),
    ),
    "mail-links-to-localhost": Case(
        said(
            "the mails of vagrant have findings",
            "News: links to http://localhost:8000/: no reader of the mail gets there",
        ),
        facts(VIEWS),
    ),
}
