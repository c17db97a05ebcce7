"""What git knows of the developer's files, as lines of evidence."""

from pathlib import Path

from tests.integration.staging import git
from understudy import artifact, worktree
from understudy.config import App

LOCK = """Django==5.2.1 \\
    --hash=sha256:00
gunicorn[x]==23.0.0 ; python_version > "3" --hash=sha256:01
zope.interface==7.0 --hash=sha256:02
"""


def test_each_file_by_its_state(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    app = tmp_path / "shop"
    app.mkdir()
    for name, text in (
        ("requirements.txt", LOCK),
        ("kept.py", "1"),
        ("changed ä.py", "1"),
        (".gitignore", "*.csv\n"),
        ("requirements.in", "Django>=5\n# why\nzope.interface\n"),
    ):
        (app / name).write_text(text)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    (tmp_path / "outside.py").write_text("")
    (app / "changed ä.py").write_text("2")
    (app / "data.csv").write_text("")
    (app / "new").mkdir()
    (app / "new" / "file.py").write_text("")
    source = artifact.find_source(
        App(name="shop", source="shop", module="shop:app"), tmp_path, tmp_path / "cache"
    )

    lines = worktree.look(source).splitlines()

    assert "committed kept.py" in lines
    assert "modified changed ä.py" in lines
    assert "ignored data.csv" in lines
    assert "untracked new/file.py" in lines
    assert not [line for line in lines if "outside" in line]
    assert [line for line in lines if line.startswith(("locked", "wanted"))] == [
        "locked django 5.2.1",
        "locked gunicorn 23.0.0",
        "locked zope-interface 7.0",
        "wanted django",
        "wanted zope-interface",
    ]


def test_a_bare_copy_has_no_files_beside_it(tmp_path: Path) -> None:
    work = tmp_path / "work"
    git(tmp_path, "init", "-q", str(work))
    (work / "requirements.txt").write_text(LOCK)
    git(work, "add", "-A")
    git(work, "commit", "-qm", "first")
    app = App(name="shop", source=f"file://{work}", module="shop:app")
    lines = worktree.look(artifact.find_source(app, tmp_path, tmp_path / "cache")).splitlines()
    assert lines[0] == "committed requirements.txt"
