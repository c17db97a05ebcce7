"""The roots of earlier Pebbles: kept for the snapshots, all of them trusted."""

from pathlib import Path

from understudy.vm.issuer import roots
from understudy.vm.issuer.files import Files


def test_all_kept_roots_are_trusted_until_the_vm_is_removed(tmp_path: Path) -> None:
    files = Files(tmp_path / "issuer")
    for text in ("first\n", "second\n", "first\n"):
        roots.keep(files, text)
    assert sorted(files.roots.read_text().split()) == ["first", "second"]

    roots.drop(files, "second\n")
    assert files.roots.read_text() == "first\n"

    roots.forget_all(files)
    assert not files.roots.exists()
    assert not list(files.folder.glob("**/*.pem"))
