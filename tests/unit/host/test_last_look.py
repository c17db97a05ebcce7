"""What a look found comes back from the disk as it was, or not at all."""

from pathlib import Path

import pytest

from understudy.host import last_look
from understudy.host.last_look import Found, LastLook, Printed
from understudy.ssh.endpoint import KnownEndpoint

LOOK = LastLook(
    settings="a1",
    endpoint=KnownEndpoint("192.0.2.7", 22, "debian", Path("/home/ann/id"), None),
    deployer="deploy",
    site="shop",
    source="/home/ann/shop",
    revision="HEAD",
    found={"status": Found("b2", "c3", (Printed("one"), Printed("two", "status", {"url": ["a"]})))},
)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    last_look.save(tmp_path / "known" / "look.json", LOOK)

    assert last_look.load(tmp_path / "known" / "look.json") == LOOK


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"endpoint": {}, "found": {}}', '{"endpoint": 1}']
)
def test_damaged_file_is_as_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "look.json").write_text(text)

    assert last_look.load(tmp_path / "look.json") is None


def test_file_of_another_version_is_as_none(tmp_path: Path) -> None:
    last_look.save(tmp_path / "look.json", LOOK)
    text = (tmp_path / "look.json").read_text()
    (tmp_path / "look.json").write_text(text.replace('"revision"', '"version"'))

    assert last_look.load(tmp_path / "look.json") is None
