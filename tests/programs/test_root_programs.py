"""The host in a directory leaves this machine alone."""

from pathlib import Path

from tests.programs.root_programs import make_host


def test_fake_of_a_program_does_not_replace_this_machines_own(tmp_path: Path) -> None:
    host = make_host(tmp_path / "host")
    own = tmp_path / "own"
    own.write_text("own")
    host.path("bin/tool").symlink_to(own)

    host.fake("tool", "exit 3")

    assert own.read_text() == "own"
    assert "exit 3" in host.path("bin/tool").read_text()
