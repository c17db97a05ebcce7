"""Rules against the tables there are. What SQL makes of them: tests/programs/test_reading.py."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pytest

from understudy.config.data import Data, Rule
from understudy.data.anonymise import Sql, expression, mistakes
from understudy.data.schema import Column, Table

USER = Table(
    "auth_user",
    (
        Column("id", "integer", required=True, key=True),
        Column("email", "varchar(254)", required=True),
        Column("nick", "text"),
        Column("age", "integer"),
    ),
    unique=(frozenset({"email"}), frozenset({"nick", "age"})),
)


def found_mistakes(rules: Mapping[str, Any]) -> tuple[str, ...]:
    return mistakes(Data.model_validate({"tables": rules}), [USER])


@pytest.mark.parametrize(
    "rules",
    [
        {"email": "email"},
        {"email": "hash", "nick": "name"},
        {"nick": None},
        {"age": None},
        {"nick": {"sql": "lower(nick)"}},
    ],
)
def test_rule_that_fits_is_no_mistake(rules: Mapping[str, Any]) -> None:
    assert found_mistakes({"auth_user": rules}) == ()


@pytest.mark.parametrize(
    ("rules", "mistake"),
    [
        ({"user": {"email": "email"}}, "user: there is no such table"),
        ({"user": "drop"}, "user: there is no such table"),
        ({"auth_user": {"mail": "email"}}, "auth_user.mail: there is no such column"),
        ({"auth_user": {"email": None}}, "auth_user.email: can't be null"),
        ({"auth_user": {"id": None}}, "auth_user.id: can't be null"),
        ({"auth_user": {"age": "hash"}}, "auth_user.age: hash makes a text"),
        ({"auth_user": {"email": "text"}}, "auth_user.email: must be unique"),
        ({"auth_user": {"email": {"fixed": "x"}}}, "auth_user.email: must be unique"),
        ({"auth_user": {"nick": "text"}}, "auth_user.nick: must be unique"),
    ],
)
def test_mistakes_are_found_in_the_tables(rules: Mapping[str, Any], mistake: str) -> None:
    [line] = found_mistakes(rules)

    assert line.startswith(f"data.tables.{mistake}")


SQLITE, POSTGRESQL = Sql("sqlite", "salt"), Sql("postgresql", "")
UNNUMBERED = Table("auth_user", USER.columns[1:])
LOREM = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt "


def sql(rule: Any, name: str = "nick", engine: Sql = SQLITE, table: Table = USER) -> str:
    column = table.column(name)
    assert column
    return expression(engine, table, column, Rule.model_validate(rule) if rule else None)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (None, '"nick"'),
        ("keep", '"nick"'),
        ("null", "NULL"),
        ({"fixed": "it's"}, "'it''s'"),
        ({"sql": "lower(nick)"}, "(lower(nick))"),
        ("name", """CASE WHEN "nick" <> '' THEN 'Person ' || "id" ELSE "nick" END"""),
        ("unusable", """CASE WHEN "nick" <> '' THEN '!' ELSE "nick" END"""),
    ],
)
def test_sql_of_each_kind_of_rule(rule: Any, expected: str) -> None:
    assert sql(rule) == expected


def test_text_of_a_rule_is_cut_to_its_column() -> None:
    made = "'user' || \"id\" || '@example.invalid'"

    assert f"THEN substr({made}, 1, 254) ELSE" in sql("email", "email")


def test_rows_of_a_table_without_numbers_are_counted() -> None:
    assert '"understudy_row"' in sql("name", table=UNNUMBERED)


def test_hash_is_salted_in_each_engine() -> None:
    assert "sha3('salt' || \"nick\", 256)" in sql("hash")
    assert "sha256(convert_to(current_setting('understudy.salt') ||" in sql(
        "hash", engine=POSTGRESQL
    )


@pytest.mark.parametrize("length", [0, 1, 5, len(LOREM), len(LOREM) + 1, 300])
def test_text_is_replaced_by_one_of_the_same_length(length: int) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE auth_user (id INTEGER, nick TEXT)")
        database.execute("INSERT INTO auth_user VALUES (1, ?)", ["x" * length])
        [[text]] = database.execute(f"SELECT {sql('text')} FROM auth_user").fetchall()

    assert text == (LOREM * 4)[:length]


def test_text_is_repeated_by_postgresqls_own_function() -> None:
    assert f"substr(repeat('{LOREM}', length(\"nick\") / {len(LOREM)} + 1), 1" in sql(
        "text", engine=POSTGRESQL
    )


def test_rules_hold_for_each_of_the_tables_of_one_name() -> None:
    other = Table("auth_user", (Column("nick", "integer"),))
    rules = Data.model_validate({"tables": {"auth_user": {"nick": "name"}}})

    for tables in ([USER, other], [other, USER]):
        [line] = mistakes(rules, tables)

        assert line.startswith("data.tables.auth_user.nick: name makes a text")
