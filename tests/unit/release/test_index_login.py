"""Logins for private indexes, in a file that only this user can read."""

import netrc
import os
from pathlib import Path

import pytest

from understudy.config.app import App
from understudy.errors import ConfigError
from understudy.release.index_login import logged_in
from understudy.report.masking import mask, secret_values

SECRETS = {"pypi.x.test": "PYPI_TOKEN"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    (tmp_path / ".netrc").write_text("machine own.test login ann password kept\n")


def login(host: str) -> tuple[str, str, str] | None:
    with logged_in(SECRETS):
        file = os.environ["NETRC"]
        assert Path(file).stat().st_mode & 0o077 == 0
        return netrc.netrc(file).authenticators(host)


@pytest.mark.parametrize(
    ("value", "user", "password"),
    [("pypi-abc", "__token__", "pypi-abc"), ("bob:pw:12", "bob", "pw:12")],
)
def test_token_or_user_and_password_are_taken(
    value: str, user: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYPI_TOKEN", value)

    assert login("pypi.x.test") == (user, "", password)
    assert login("own.test") == ("ann", "", "kept")
    assert "NETRC" not in os.environ


def test_own_netrc_is_used_again_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYPI_TOKEN", "abcd")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))

    with pytest.raises(ZeroDivisionError), logged_in(SECRETS):
        raise ZeroDivisionError

    assert os.environ["NETRC"] == str(tmp_path / ".netrc")


@pytest.mark.parametrize("value", ["", "two words", "x\nmachine evil.test", 'quo"te'])
def test_missing_or_odd_secret_is_reported_by_its_name(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYPI_TOKEN", value)

    with pytest.raises(ConfigError, match="PYPI_TOKEN") as raised, logged_in(SECRETS):
        pass

    assert "app.index_secrets" in raised.value.hint
    assert not value or value not in str(raised.value)


@pytest.mark.parametrize("name", ["PYPI_TOKEN", "INDEX_PASSWORD", "MY_SECRET_2"])
def test_value_of_each_variable_that_may_be_named_is_masked(name: str) -> None:
    App(name="shop", source=".", module="shop:app", index_secrets={"x.test": name})

    assert mask("pw is hunter22", secret_values({name: "hunter22"})) == "pw is ***"


@pytest.mark.parametrize("name", ["PYPI_LOGIN", "pypi_token", "TOKEN VALUE"])
def test_variable_whose_value_would_not_be_masked_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="with TOKEN, PASSWORD or SECRET in it"):
        App(name="shop", source=".", module="shop:app", index_secrets={"x.test": name})
