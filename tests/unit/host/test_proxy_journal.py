"""`logs -p haproxy`, where a target has a proxy."""

import pytest

from tests.unit.config.test_topology import BALANCED, TEXT, config
from understudy.errors import ConfigError
from understudy.host import journal


def test_haproxy_has_a_journal_where_there_is_a_proxy() -> None:
    assert journal.chosen(config(BALANCED), "haproxy") == ("understudy-haproxy@shop",)
    with pytest.raises(ConfigError, match="called haproxy"):
        journal.chosen(config(TEXT), "haproxy")


def test_its_lines_are_called_by_it() -> None:
    entry = (
        '{"__REALTIME_TIMESTAMP": "1700000000000000", "PRIORITY": "1", '
        '"_SYSTEMD_UNIT": "understudy-haproxy@shop.service", "MESSAGE": "Server web/10.0.0.1 is DOWN"}'
    )
    [line] = journal.parse(entry, config(BALANCED), "192.0.2.5")

    assert (line.process, line.text, line.priority) == ("haproxy", "Server web/10.0.0.1 is DOWN", 1)
