"""The app's own commands."""

from understudy.commands import app as app_commands


def test_migrations_that_were_applied_are_seen_in_what_django_prints() -> None:
    output = (
        "Operations to perform:\n"
        "  Applying lists.0001_initial... OK\n"
        "  Applying auth.0002_more... OK (1.024s)\n"
        "  Applying lists.0002_bad...Traceback\n"
    )
    first, second = app_commands.applied_migrations(output)
    assert (first.app, first.name, first.outcome) == ("lists", "0001_initial", "applied")
    assert (second.app, second.name, second.outcome) == ("auth", "0002_more", "applied in 1.0 s")
