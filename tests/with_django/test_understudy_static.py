"""Static files are collected again whenever one of their inputs has changed."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["django.contrib.staticfiles", "shop"]
STATIC_URL = "/static/"
STATIC_ROOT = {root!r}
"""
MANIFEST = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
COLLECT = """
import sys
from pathlib import Path
sys.path[:0] = [{templates!r}, "."]
import django
django.setup()
import understudy_static
from django.core.management import call_command

def run(command):
    print("collected")
    call_command("collectstatic", interactive=False, verbosity=0)

root, before = Path(sys.argv[1]), sys.argv[2:] and Path(sys.argv[2])
understudy_static.forget_half_made(root)
understudy_static.collect({command!r}, run, root, before or None)
"""


class Releases(unittest.TestCase):
    """Releases, each in a directory of its own, as on a host."""

    def setUp(self) -> None:
        self.top = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        self.source = self.top / "r1"
        (self.source / "shop" / "static").mkdir(parents=True)
        (self.source / "shop" / "__init__.py").touch()
        (self.source / "shop" / "static" / "a.css").write_text("a {}")

    def collect(self, name: str, *, settings: str = "", command: str = "collectstatic") -> bool:
        """Makes a release of the source and its static files. Returns whether they were collected."""
        release = self.top / f"release-{name}"
        shutil.copytree(self.source, release, dirs_exist_ok=True)
        root = self.static(name)
        (release / "settings.py").write_text(SETTINGS.format(root=str(root)) + settings)
        script = COLLECT.format(templates=str(TEMPLATES), command=command)
        before = [str(self.static("1"))] if name != "1" else []
        done = subprocess.run(
            [sys.executable, "-c", script, str(root), *before],
            cwd=release,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "settings"},
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return "collected" in done.stdout

    def static(self, name: str) -> Path:
        return self.top / "static" / name

    def names(self, name: str) -> list[str]:
        return sorted(path.name for path in self.static(name).iterdir())

    def test_unchanged_files_are_linked_and_take_no_disk_space(self) -> None:
        self.assertTrue(self.collect("1"))
        self.assertFalse(self.collect("2"))

        same = self.static("1") / "a.css", self.static("2") / "a.css"
        self.assertEqual(same[0].stat().st_ino, same[1].stat().st_ino)
        shutil.rmtree(self.static("1"))
        self.assertEqual(same[1].read_text(), "a {}")

    def test_change_of_any_input_collects_again(self) -> None:
        self.collect("1")
        static = self.source / "shop" / "static"

        self.assertTrue(self.collect("setting", settings="STATICFILES_STORAGE_OPTIONS = {}\n"))
        self.assertTrue(self.collect("option", command="collectstatic -i b"))
        (static / "b.css").write_text("b {}")
        self.assertTrue(self.collect("more"))
        self.assertEqual(self.names("more"), ["a.css", "b.css"])
        (static / "b.css").unlink()
        self.assertFalse(self.collect("as-before"))
        (static / "a.css").write_text("a {color: red}")
        self.assertTrue(self.collect("other-content"))
        self.assertEqual((self.static("other-content") / "a.css").read_text(), "a {color: red}")

    def test_another_storage_collects_again(self) -> None:
        self.collect("1")
        storages = {"staticfiles": {"BACKEND": MANIFEST}}

        self.assertTrue(self.collect("2", settings=f"STORAGES = {storages}\n"))

        self.assertIn("staticfiles.json", self.names("2"))

    def test_storage_class_of_the_app_always_collects_again(self) -> None:
        (self.source / "shop" / "files.py").write_text(
            "from django.contrib.staticfiles.storage import StaticFilesStorage\n"
            "class Own(StaticFilesStorage): pass\n"
        )
        own = f"STORAGES = { ({'staticfiles': {'BACKEND': 'shop.files.Own'}}) }\n"

        self.assertTrue(self.collect("1", settings=own))
        self.assertTrue(self.collect("2", settings=own))

    def test_files_that_the_settings_have_elsewhere_are_never_taken_over(self) -> None:
        """The command itself shows what is wrong with that place, not an app without its files."""
        self.collect("1")

        self.assertTrue(self.collect("2", settings="STATIC_ROOT = 'static'\n"))
        self.assertTrue(self.collect("3", settings="STATIC_ROOT = 'static'\n"))

    def test_incomplete_files_are_collected_again(self) -> None:
        self.static("1").mkdir(parents=True)
        (self.static("1") / "a.css").write_text("half of")

        self.assertTrue(self.collect("1"))

        self.assertEqual((self.static("1") / "a.css").read_text(), "a {}")

    def test_existing_files_stay(self) -> None:
        self.collect("1")
        self.assertFalse(self.collect("1"))


if __name__ == "__main__":
    unittest.main()
