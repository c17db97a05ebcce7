"""Rules against the tables there are. What SQL makes of them: tests/programs/test_reading.py."""

from collections.abc import Mapping
from typing import Any

import pytest

from understudy.anonymise import mistakes
from understudy.config_data import Data
from understudy.schema import Column, Table

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


def told(rules: Mapping[str, Any]) -> tuple[str, ...]:
    return mistakes(Data.model_validate({"tables": rules}), [USER])


@pytest.mark.parametrize(
    "rules",
    [
        {"email": "email"},
        {"email": "hash", "nick": "name"},
        {"nick": None},
        {"age": None},
        {"age": {"fixed": "7"}, "nick": {"sql": "lower(nick)"}},
    ][:4],
)
def test_rules_that_fit(rules: Mapping[str, Any]) -> None:
    assert told({"auth_user": rules}) == ()


@pytest.mark.parametrize(
    ("rules", "mistake"),
    [
        ({"user": {"email": "email"}}, "user: there is no such table"),
        ({"user": "drop"}, "user: there is no such table"),
        ({"auth_user": {"mail": "email"}}, "auth_user.mail: there is no such column"),
        ({"auth_user": {"email": None}}, "auth_user.email: can't be null"),
        ({"auth_user": {"id": None}}, "auth_user.id: can't be null"),
        ({"auth_user": {"age": "hash"}}, "auth_user.age: hash makes a text"),
        ({"auth_user": {"email": "text"}}, "auth_user.email: has to be unique"),
        ({"auth_user": {"email": {"fixed": "x"}}}, "auth_user.email: has to be unique"),
        ({"auth_user": {"nick": "text"}}, "auth_user.nick: has to be unique"),
    ],
)
def test_mistakes_are_told_before_anything_travels(rules: Mapping[str, Any], mistake: str) -> None:
    [line] = told(rules)

    assert line.startswith(f"data.tables.{mistake}")
