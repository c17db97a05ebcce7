"""What git knows of the developer's files, as lines of evidence."""

from pathlib import Path

from tests.unit.repositories import commit, write
from understudy import artifact, worktree
from understudy.config import App

LOCK = """Django==5.2.1 \\
    --hash=sha256:00
gunicorn[x]==23.0.0 ; python_version > "3" --hash=sha256:01
zope.interface==7.0 --hash=sha256:02
"""


def test_each_file_by_its_state(tmp_path: Path) -> None:
    commit(
        tmp_path,
        {
            "shop/requirements.txt": LOCK,
            "shop/kept.py": "1",
            "shop/changed ä.py": "1",
            "shop/.gitignore": "*.csv\n",
            "shop/requirements.in": "Django>=5\n# why\nzope.interface\n",
        },
    )
    changes = {
        "outside.py": "",
        "shop/changed ä.py": "2",
        "shop/data.csv": "",
        "shop/new/file.py": "",
    }
    write(tmp_path, changes)
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
    commit(work, {"requirements.txt": LOCK})
    app = App(name="shop", source=f"file://{work}", module="shop:app")
    lines = worktree.look(artifact.find_source(app, tmp_path, tmp_path / "cache")).splitlines()
    assert lines[0] == "committed requirements.txt"
