"""Data of an engine that the queries can't read is neither pulled nor loaded: nothing is asked of a host."""

import pytest

from tests.unit.staging import Staging
from understudy.data import load, pull
from understudy.errors import ConfigError


def test_data_of_mariadb_is_not_pulled(staging: Staging) -> None:
    with pytest.raises(ConfigError, match="not pulled from database: mariadb") as raised:
        pull.pull(staging.job(app={"database": "mariadb"}))

    assert "docs/data.md" in raised.value.hint


def test_data_is_not_loaded_into_mariadb(staging: Staging) -> None:
    with pytest.raises(ConfigError, match="nor loaded into it"):
        load.load(staging.job(app={"database": "mariadb"}), "production")
