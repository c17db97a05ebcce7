"""The wheel, built and installed into an environment that has nothing else: a stranger's project with it."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.unit.fakes import TOP, settings
from tests.unit.repositories import LOCK, commit
from understudy import __version__

UV = Path(sys.prefix) / "bin" / "uv"
# Prints what cannot be imported: a dependency is missing, or a module that only the checkout has.
IMPORT_ALL = """
import importlib, pkgutil, understudy
for module in pkgutil.walk_packages(understudy.__path__, "understudy."):
    if not module.name.startswith("understudy.resources"):
        importlib.import_module(module.name)
"""


@dataclass
class Installed:
    """An environment with Understudy in it. project: the repository of an app."""

    environment: Path
    project: Path

    def run(self, program: str, *words: str | Path, below: str = "") -> tuple[int, str]:
        """The exit code, and all that was printed. below: a folder of the project to run it in."""
        done = subprocess.run(
            [self.environment / "bin" / program, *words],
            cwd=self.project / below,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.project.parent)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    @property
    def resources(self) -> Path:
        return next(self.environment.glob("lib/python3*/site-packages/understudy/resources"))


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    uv(folder, "build", "--wheel", "--out-dir", folder / "dist", TOP)
    uv(folder, "venv", "--python", sys.executable, folder / "environment")
    python = folder / "environment" / "bin" / "python"
    uv(folder, "pip", "install", "--python", python, *(folder / "dist").glob("*.whl"))
    return folder / "environment"


def uv(folder: Path, *words: str | Path) -> None:
    done = subprocess.run([UV, *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def installed(environment: Path, tmp_path: Path) -> Iterator[Installed]:
    project = tmp_path / "shop"
    # Nothing listens at that port.
    target = {"address": "127.0.0.1", "port": 1, "known_hosts": "known"}
    files = {
        "deploy.yml": yaml.safe_dump(settings({"preset": "plain"}, target)),
        "requirements.txt": LOCK,
        "shop/wsgi.py": "application = None\n",
        "shop/static/a.css": "",
    }
    commit(project, files)
    yield Installed(environment, project)
    written = {path.name for path in (project / "shop").iterdir()}
    assert written == {"wsgi.py", "static"}, "what is written goes to the project's folder"


def test_every_module_can_be_imported(installed: Installed) -> None:
    assert installed.run("python", "-c", IMPORT_ALL) == (0, "")


def test_pages_that_messages_name_can_be_read(installed: Installed) -> None:
    (installed.project / "deploy.yml").write_text("app: {nonsense: 1}\n")
    code, refused = installed.run("understudy", "config")
    assert (code, "`understudy help docs/configuration.md`" in refused) == (2, True)

    for page in (TOP / "docs").glob("*.md"):
        code, shown = installed.run("understudy", "help", f"docs/{page.name}")
        assert (code, shown.splitlines()[0]) == (0, page.read_text().splitlines()[0])


def test_command_shows_its_version_and_its_verbs(installed: Installed) -> None:
    assert installed.run("understudy", "--version") == (0, f"understudy {__version__}\n")
    by_module = installed.run("python", "-m", "understudy", "--version")
    assert by_module == (0, f"understudy {__version__}\n")
    code, shown = installed.run("understudy", "--help")
    assert (code, shown.split()[:2]) == (0, ["usage:", "understudy"])


def test_verb_below_the_projects_folder_finds_the_project(installed: Installed) -> None:
    code, output = installed.run("understudy", "plan", "--target", "staging", below="shop/static")

    assert code == 4, output
    assert "127.0.0.1" in output
    assert (installed.project / ".understudy").is_dir()


def test_hint_names_the_installed_command(installed: Installed) -> None:
    code, output = installed.run("understudy", "report", "--config", "deploy.yml")

    assert code == 1, output
    assert "understudy --config deploy.yml rehearse" in output


def test_deploy_py_of_three_lines_is_the_same_program(installed: Installed) -> None:
    (installed.project / "deploy.py").write_text((TOP / "deploy.py").read_text())

    assert installed.run("python", "../deploy.py", "--version", below="shop")[0] == 0
    code, output = installed.run("python", "../deploy.py", "report", below="shop")
    assert code == 1, output
    assert "python deploy.py rehearse" in output


def test_doctor_examines_the_machine(installed: Installed) -> None:
    code, output = installed.run("understudy", "doctor", below="shop")

    assert code in (0, 4), output
    assert f"deploy.yml: {installed.project}/deploy.yml" in output


def test_doctor_before_there_is_a_project_leaves_nothing_behind(installed: Installed) -> None:
    (installed.project / "deploy.yml").unlink()

    code, output = installed.run("understudy", "doctor")

    assert code in (0, 4), output
    assert f"deploy.yml: none in {installed.project} or above; understudy init" in output
    assert not (installed.project / ".understudy").exists()


def test_template_and_script_come_from_the_wheel_unless_the_project_has_its_own(
    installed: Installed,
) -> None:
    own = installed.project / "provision" / "95-more.sh"
    own.parent.mkdir()
    own.write_text("step more\n")
    ask = (
        "from pathlib import Path; from understudy.paths import find_project\n"
        "project = find_project(Path.cwd())\n"
        "print(project.templates.file('nginx.conf.j2'), project.provision_parts[-1])"
    )

    code, output = installed.run("python", "-c", ask, below="shop")

    assert (code, output.split()) == (
        0,
        [f"{installed.resources}/templates/nginx.conf.j2", str(own)],
    )


def test_programs_of_the_wheel_are_executable(installed: Installed) -> None:
    for name in ("provision/box/build", "provision/lxc/container", "provision/box/hooks/setup"):
        assert (installed.resources / name).stat().st_mode & 0o111, name


def test_host_tests_of_the_wheel_are_collected_for_the_project(installed: Installed) -> None:
    host_tests = installed.resources / "tests" / "host"
    words = ("-m", "pytest", "--collect-only", "-q", "--target", "staging", host_tests)

    code, output = installed.run("python", *words)

    assert code == 0, output
    assert "test_provisioned.py::test_package_is_installed" in output
    assert "reboot" not in output


def test_checks_of_the_wheel_are_collected_with_what_they_use(installed: Installed) -> None:
    checks = installed.resources.parent / "testing" / "checks"
    words = ("-m", "pytest", "--collect-only", "-q", checks, "-c", checks / "checks.ini")

    code, output = installed.run("python", *words)

    assert code == 0, output
    assert "test_every_site.py::test_pages[accessibility]" in output
    for name in ("axe.min.js", "LICENSE"):
        assert (installed.resources / "vendor" / "axe-core" / name).is_file()
    assert (checks / "evidence.js").is_file()


def test_deploy_py_under_a_python_without_understudy_says_so(tmp_path: Path) -> None:
    (tmp_path / "deploy.py").write_text((TOP / "deploy.py").read_text())

    done = subprocess.run(
        [sys.executable, "-I", "-S", "deploy.py", "rehearse"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 4
    assert "error: the Python package understudy is not installed in " in done.stderr
    assert "Traceback" not in done.stderr
