"""Files that only their owner can read, and that are read as a whole or not at all."""

from collections.abc import Callable
from pathlib import Path

import pytest

from understudy.data import encryption
from understudy.errors import Refused, StepFailed

KEY = bytes(range(32))
TEXT = b"ann@example.com " * 200_000


def seal(file: Path, text: bytes = TEXT) -> Path:
    def fill(write: Callable[[bytes], None]) -> None:
        for start in range(0, len(text), 65_537):
            write(text[start : start + 65_537])

    encryption.write(file, KEY, fill)
    return file


@pytest.mark.parametrize("text", [b"", b"x", TEXT])
def test_data_is_read_as_it_was_written(text: bytes, tmp_path: Path) -> None:
    file = seal(tmp_path / "data", text)

    assert b"".join(encryption.read(file, KEY)) == text


def test_file_is_encrypted_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    file = seal(tmp_path / "data")

    assert b"ann@" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600


def test_no_two_files_have_the_same_nonce(tmp_path: Path) -> None:
    """With one nonce for two, AES-GCM reveals both."""
    files = [seal(tmp_path / str(number), b"the same").read_bytes() for number in range(20)]

    assert len({content[:12] for content in files}) == 20
    assert len({content[12:] for content in files}) == 20


@pytest.mark.parametrize("place", [0, 12, 1_000_000, -1])
def test_nothing_of_a_changed_file_is_returned(place: int, tmp_path: Path) -> None:
    file = seal(tmp_path / "data")
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)

    with pytest.raises(StepFailed, match="damaged"):
        encryption.read(file, KEY)


@pytest.mark.parametrize("size", [0, 20, 1_000_000])
def test_nothing_of_a_file_that_was_cut_is_returned(size: int, tmp_path: Path) -> None:
    file = seal(tmp_path / "data")
    file.write_bytes(file.read_bytes()[:size])

    with pytest.raises(StepFailed, match="damaged"):
        encryption.read(file, KEY)


def test_nothing_is_returned_with_another_key(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="is not the key"):
        encryption.read(seal(tmp_path / "data"), bytes(32))


def test_write_that_fails_midway_leaves_no_file(tmp_path: Path) -> None:
    def fill(write: Callable[[bytes], None]) -> None:
        write(TEXT)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encryption.write(tmp_path / "data", KEY, fill)

    assert list(tmp_path.iterdir()) == []


def test_full_disk_is_reported_and_leaves_no_file(tmp_path: Path) -> None:
    """/dev/full takes nothing; the file is a link to it."""
    (tmp_path / "data").symlink_to("/dev/full")

    with pytest.raises(StepFailed, match="the disk of this machine is full") as raised:
        seal(tmp_path / "data")

    assert "No space left" in raised.value.details
    assert f"`df -h {tmp_path}`" in raised.value.hint
    assert list(tmp_path.iterdir()) == []


def test_key_is_made_once_for_the_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "understudy" / "data.key"

    first = encryption.key(file)

    assert len(first) == 32
    assert encryption.key(file) == first
    assert file.stat().st_mode & 0o777 == 0o600


def test_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    encryption.key(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)

    with pytest.raises(Refused, match="others can read") as raised:
        encryption.key(tmp_path / "key")

    assert "chmod 600" in raised.value.hint


@pytest.mark.parametrize("content", [b"", b"half a key"])
def test_key_that_was_cut_off_is_reported(content: bytes, tmp_path: Path) -> None:
    """A full disk makes such a file; nothing was ever sealed with it."""
    (tmp_path / "key").touch(0o600)
    (tmp_path / "key").write_bytes(content)

    with pytest.raises(Refused, match="is no key") as raised:
        encryption.key(tmp_path / "key")

    assert f"Remove {tmp_path / 'key'}" in raised.value.hint


@pytest.mark.parametrize(("given", "directory"), [("/x", "/x"), ("", "/home/ann/.config")])
def test_key_is_among_the_users_settings(
    given: str, directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setenv("XDG_CONFIG_HOME", given)

    assert encryption.key_file() == Path(directory, "understudy", "data.key")


def test_missing_directory_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="data"):
        seal(tmp_path / "missing" / "data")
