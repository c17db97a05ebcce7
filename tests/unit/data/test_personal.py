"""Columns that look like personal data."""

import pytest
import yaml

from understudy.config.data import Data
from understudy.data.anonymise import mistakes
from understudy.data.personal import find, snippet
from understudy.data.personal_patterns import pattern_of
from understudy.data.schema import Column, Table


def column(name: str, type: str = "varchar(200)") -> Column:
    return Column(name, type)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("email", "an e-mail address"),
        ("contact_email", "an e-mail address"),
        ("billingEmail", "an e-mail address"),
        ("mail", "an e-mail address"),
        ("password", "a password"),
        ("hashed_pwd", "a password"),
        ("api_token", "a token or key"),
        ("session_key", "a token or key"),
        ("client_secret", "a token or key"),
        ("stripe_key", "a token or key"),
        ("apiKey", "a token or key"),
        ("sentry_dsn", "a token or key"),
        ("webhook", "a webhook, which staging must not call"),
        ("slackWebhookURL", "a webhook, which staging must not call"),
        ("callback_url", "a webhook, which staging must not call"),
        ("push_endpoint", "a webhook, which staging must not call"),
        ("key", "a token or key"),
        ("name", "a name"),
        ("username", "a name"),
        ("first_name", "a name"),
        ("LastName", "a name"),
        ("phone_number", "a telephone number"),
        ("mobile", "a telephone number"),
        ("street", "an address"),
        ("shipping_address", "an address"),
        ("zip_code", "an address"),
        ("ip", "where a person connects from"),
        ("last_login_ip", "where a person connects from"),
        ("user_agent", "where a person connects from"),
        ("iban", "a bank account or card"),
        ("ssn", "an official number"),
        ("comment", "free text in which people write anything"),
        ("session_data", "data of any kind"),
        ("E-Mail", "an e-mail address"),
        ("e_mail", "an e-mail address"),
        ("eMail", "an e-mail address"),
        ("emailaddress", "an e-mail address"),
        ("usermail", "an e-mail address"),
        ("Email Address", "an e-mail address"),
        ("courriel", "an e-mail address"),
        ("passwort", "a password"),
        ("contraseña", "a password"),
        ("pass", "a password"),
        ("pin", "a password"),
        ("api_credentials", "a token or key"),
        ("First Name", "a name"),
        ("customername", "a name"),
        ("customer_firstname", "a name"),
        ("vorname", "a name"),
        ("Nachname", "a name"),
        ("prénom", "a name"),
        ("apellidos", "a name"),
        ("voornaam", "a name"),
        ("recipient", "a name"),
        ("phone number", "a telephone number"),
        ("phoneNumber", "a telephone number"),
        ("handy", "a telephone number"),
        ("téléphone", "a telephone number"),
        ("Straße", "an address"),
        ("adresse", "an address"),
        ("plz", "an address"),
        ("clientIP", "where a person connects from"),
        ("geburtsdatum", "a date of birth"),
        ("steuerId", "an official number"),
        ("serialized_data", "data of any kind"),
        ("meta", "data of any kind"),
        ("имя", "data of any kind, by a name in another script"),
    ],
)
def test_personal_data_is_found_by_the_name_of_its_column(name: str, reason: str) -> None:
    found = pattern_of(column(name))

    assert found
    assert found.reason == reason


@pytest.mark.parametrize(
    ("name", "type"),
    [
        ("birthday", "date"),
        ("date_of_birth", "timestamp with time zone"),
        ("ip", "inet"),
        ("phone", "bigint"),
        ("emails", "text[]"),
        ("token", "uuid"),
        ("email", ""),
        ("email", "email_address"),
        ("contact_email", "shop.mail"),
        ("name", "text[]"),
        ("settings", "jsonb"),
        ("thing", "bytea"),
        ("thing", "public.hstore"),
        ("search", "tsvector"),
    ],
)
def test_personal_data_is_found_in_each_type_that_can_hold_it(name: str, type: str) -> None:
    assert pattern_of(column(name, type))


@pytest.mark.parametrize(
    ("name", "type"),
    [
        ("id", "integer"),
        ("title", "varchar(200)"),
        ("text", "varchar(200)"),
        ("email_verified", "bool"),
        ("password_changed", "datetime"),
        ("token_count", "integer"),
        ("name_id", "bigint"),
        ("address_id", "bigint"),
        ("description_length", "integer"),
        ("ipsum", "text"),
        ("slug", "varchar(50)"),
        ("picture", "varchar(100)"),
        ("email_count", "smallint unsigned"),
        ("name_changed", "timestamp(3) with time zone"),
        ("password_age", "interval"),
        ("token_price", "numeric(10,2)"),
    ],
)
def test_other_column_needs_no_rule(name: str, type: str) -> None:
    assert pattern_of(column(name, type)) is None


def test_column_with_a_rule_or_in_a_dropped_table_is_not_reported() -> None:
    user = Table("auth_user", (column("email"), column("first_name")))
    session = Table("django_session", (column("session_key"),))
    data = Data.model_validate(
        {"tables": {"auth_user": {"email": "keep"}, "django_session": "drop"}}
    )

    assert [(found.table, found.column) for found in find([user, session], data)] == [
        ("auth_user", "first_name")
    ]


def test_tables_of_a_framework_need_no_rule() -> None:
    assert find([Table("django_migrations", (column("name"),))], Data()) == ()
    assert find([Table("auth_permission", (column("name"),))], Data()) == ()


def test_virtual_table_can_only_be_dropped() -> None:
    search = Table("search", (), virtual=True)

    assert "search: drop" in snippet(find([search], Data()))
    assert find([search], Data.model_validate({"tables": {"search": "drop"}})) == ()


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize(
    ("name", "type"),
    [
        *(
            ("phone", "varchar(20)"),
            ("phone", "bigint"),
            ("payload", "jsonb"),
            ("emails", "text[]"),
        ),
        *(("pin", "varchar(9)"), ("note", "text"), ("email", "text")),
        *(("email", "email_address"), ("birthday", "date"), ("ip", "inet"), ("thing", "bytea")),
    ],
)
def test_proposed_rule_fits_its_column(name: str, type: str, required: bool) -> None:
    columns = (Column(name, type, required=required),)
    table = Table("t", columns, (frozenset({name}),) if columns[0].is_text else ())
    data = Data.model_validate(yaml.safe_load(snippet(find([table], Data())))["data"])

    assert mistakes(data, [table]) == ()


def test_snippet_has_a_rule_for_each_column() -> None:
    tables = [
        Table("auth_user", (column("email"), column("phone"))),
        Table('a "b', (column("null"),)),
    ]
    text = snippet(find(tables, Data()))

    data = Data.model_validate(yaml.safe_load(text)["data"])
    assert find(tables, data) == ()
    assert "      email: email" in text
