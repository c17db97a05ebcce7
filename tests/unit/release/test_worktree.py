"""What git and the disk hold of an app: in the commit, in a release, beside."""

from pathlib import Path

from tests.unit.repositories import commit, git, write
from understudy.config.app import App
from understudy.release import source as sources
from understudy.release import worktree

LOCK = """Django==5.2.1 \\
    --hash=sha256:00
gunicorn[x]==23.0.0 ; python_version > "3" --hash=sha256:01
zope.interface==7.0 --hash=sha256:02
"""


def test_each_file_is_listed_by_its_state(tmp_path: Path) -> None:
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
    app = App(name="shop", source="shop", module="shop:app")
    source = sources.resolve_source(app, tmp_path, tmp_path / "cache")

    commit_facts = worktree.look(source)
    lock = worktree.lock(source, app, commit_facts, None)

    assert commit_facts.committed["kept.py"] == "100644"
    assert commit_facts.texts["kept.py"] == "1"
    assert commit_facts.modified == ("changed ä.py",)
    assert commit_facts.ignored == ("data.csv",)
    assert commit_facts.untracked == ("new/file.py",)
    assert worktree.committed(source).texts == commit_facts.texts
    assert worktree.committed(source).untracked == ()
    assert lock.versions == {"django": "5.2.1", "gunicorn": "23.0.0", "zope-interface": "7.0"}
    assert (lock.made_from, lock.wanted) == ("requirements.in", ("django", "zope-interface"))


def test_bare_copy_has_no_work_tree(tmp_path: Path) -> None:
    work = tmp_path / "work"
    commit(work, {"requirements.txt": LOCK})
    app = App(name="shop", source=f"file://{work}", module="shop:app")
    facts = worktree.look(sources.resolve_source(app, tmp_path, tmp_path / "cache"))
    assert list(facts.committed) == ["requirements.txt"]


def test_committed_files_that_a_release_lacks_are_listed(tmp_path: Path) -> None:
    attributes = "*.txt export-ignore\nrequirements.txt -export-ignore\n"
    commit(tmp_path / "shared", {"shared.py": ""})
    commit(
        tmp_path / "app",
        {"requirements.txt": LOCK, ".gitattributes": attributes, "words.txt": "apple"},
    )
    allowed = ("-c", "protocol.file.allow=always")
    git(tmp_path / "app", *allowed, "submodule", "--quiet", "add", str(tmp_path / "shared"), "lib")
    commit(tmp_path / "app", {"photo.png": "version https://git-lfs.github.com/spec/v1\noid x\n"})
    app = App(name="shop", source="app", module="shop:app")

    facts = worktree.look(sources.resolve_source(app, tmp_path, tmp_path / "cache"))

    assert facts.left_out == ("words.txt",)
    assert facts.submodules == {"lib": ("shared.py",)}
    assert facts.lfs_pointers == ("photo.png",)


def test_lock_of_requirements_without_hashes_is_made_from_them(tmp_path: Path) -> None:
    files = {"requirements.txt": "django\n", "requirements.lock": "django==5.2 --hash=sha256:aa\n"}
    commit(tmp_path / "shop", files)
    app = App(name="shop", source="shop", module="shop:app")
    source = sources.resolve_source(app, tmp_path, tmp_path / "cache")

    lock = worktree.lock(source, app, worktree.look(source), None)

    assert (lock.path, lock.made_from) == ("requirements.lock", "requirements.txt")
