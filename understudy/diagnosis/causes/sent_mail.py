"""Mails that should not go out, or not as they do."""

from understudy.diagnosis.rules import Clue, Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "mail-in-migration",
        (
            Clue(
                "step",
                r'/source/(?P<migration>(?:[^"\n]*/)?migrations/[^"\n]+)", line \d+(?:.*\n)*?'
                r' *File .*/django/dispatch/dispatcher\.py", (?:.*\n)*?'
                r' *File .*/(?:smtplib|mail/backends/smtp)\.py"(?:.*\n)*? *'
                r"(?:ConnectionRefusedError|smtplib\.\w+|socket\.gaierror|TimeoutError|OSError)\b",
            ),
        ),
        "the migration {migration} sends mail, by a signal of the model that it saves, and failed of that",
        'Save by the model of that moment, apps.get_model("app", "Model"), which has none of the signals, or '
        "connect them elsewhere than at its import.",
    ),
    Rule(
        "mail-relay-of-the-settings",
        (Clue("step", r"mails go to (?P<server>\S+):\d+ by the settings, whatever EMAIL_HOST"),),
        "the settings name the mail server {server}: mails of a staging host would go there, to real readers",
        'EMAIL_HOST = os.environ["EMAIL_HOST"], and likewise EMAIL_PORT, EMAIL_USE_TLS and the login; '
        "production has its own under the target's environment in deploy.yml.",
    ),
    Rule(
        "mail-links-to-localhost",
        (
            Clue(
                "step",
                r"^(?P<subject>.+): links to (?P<link>\S+): no reader of the mail gets there",
            ),
        ),
        'the mail "{subject}" links to {link}: no reader gets there',
        "Make its links with the name that the site has: request.build_absolute_uri(), or in a worker "
        'ORIGIN: "{origin}" under app.environment in deploy.yml.',
    ),
)
