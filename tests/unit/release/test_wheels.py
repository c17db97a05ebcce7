"""Locked wheels become packages that a host only has to link to."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from understudy.commands import python as host_python
from understudy.errors import ConfigError, StepFailed
from understudy.release import wheel_modules, wheels

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
LOCK = "tiny==1.0 --hash=sha256:aa\n"
WHEEL = {
    "tiny.py": "X = 1\ndef main():\n    print(X)\n",
    "tiny-1.0.data/scripts/other": "#!python\nprint('other')\n",
    "tiny-1.0.data/data/share/tiny.txt": "data\n",
    "tiny-1.0.data/headers/tiny.h": "int x;\n",
    "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
    "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "tiny-1.0.dist-info/entry_points.txt": "[console_scripts]\ntiny = tiny:main\n",
}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in WHEEL.items():
            archive.writestr(name, text)
        record = "".join(f"{name},,\n" for name in [*WHEEL, "tiny-1.0.dist-info/RECORD"])
        archive.writestr("tiny-1.0.dist-info/RECORD", record)
    return path


@pytest.fixture
def pip(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in place of Python with pip, which writes the wheel, or fails."""
    program = tmp_path / "python"
    program.write_text(
        f'#!/bin/sh\n[ "$3" = compileall ] && exec {sys.executable} "$@"\n'
        f'for word; do echo "$word"; done >"$0.argv"\n'
        'while [ $1 != --requirement ]; do shift; done; cp "$2" "$0.lock"\n'
        f"while [ $1 != --dest ]; do shift; done\nmkdir $2; cp {wheel} $2\n"
        'echo "ERROR: No matching distribution found for tiny==1.0" >&2\n[ ! -e "$0.fails" ]\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    return program


def unpacked(tar: Path, directory: Path) -> Path:
    with tarfile.open(tar) as archive:
        archive.extractall(directory, filter="data")
    [made] = directory.iterdir()
    return made


def archive_text(tar: Path, name: str) -> str:
    with tarfile.open(tar) as archive:
        member = archive.extractfile(name)
        assert member
        return member.read().decode()


def test_environment_made_of_a_package_runs_its_programs(pip: Path, tmp_path: Path) -> None:
    [tar] = wheels.packages(LOCK, VERSION, "x86_64", tmp_path / "cache").values()
    made = PurePosixPath(unpacked(tar, tmp_path / "unpacked"))
    environment = tmp_path / "environment"

    subprocess.run(
        host_python.make_environment(PurePosixPath(environment), VERSION, [made], compiled=True),
        check=True,
    )

    programs = [environment / "bin" / name for name in ("tiny", "other")]
    said = [subprocess.run([program], capture_output=True).stdout for program in programs]
    assert said == [b"1\n", b"other\n"]


def test_package_is_compiled_if_this_machine_has_the_hosts_python(
    pip: Path, tmp_path: Path
) -> None:
    [here] = wheels.packages(LOCK, VERSION, "x86_64", tmp_path / "cache").values()
    [strange] = wheels.packages(LOCK, "3.99", "x86_64", tmp_path / "cache").values()

    assert here.name.endswith("-compiled.tar.gz")
    assert list(unpacked(here, tmp_path / "here").rglob("tiny.*.pyc"))
    assert not list(unpacked(strange, tmp_path / "strange").rglob("*.pyc"))


def test_package_is_downloaded_and_built_once_and_is_the_same_everywhere(
    pip: Path, tmp_path: Path
) -> None:
    got = wheels.packages(LOCK, VERSION, "x86_64", tmp_path / "cache")
    again = wheels.packages(LOCK, VERSION, "x86_64", tmp_path / "elsewhere")

    assert list(got) == list(again)
    assert [tar.read_bytes() for tar in got.values()] == [
        tar.read_bytes() for tar in again.values()
    ]
    pip.unlink()
    assert wheels.packages(LOCK, VERSION, "x86_64", tmp_path / "cache") == got


def test_package_without_a_wheel_for_the_host_is_reported(pip: Path, tmp_path: Path) -> None:
    pip.with_suffix(".fails").touch()

    with pytest.raises(StepFailed, match=r"wheels for Python 3\.11 on x86_64") as raised:
        wheels.packages(LOCK, "3.11", "x86_64", tmp_path / "cache")

    assert "tiny==1.0" in raised.value.details
    assert list((tmp_path / "cache").iterdir()) == [], "or the next try would find half of them"


def test_pip_downloads_only_wheels_of_the_pins(pip: Path, tmp_path: Path) -> None:
    """Or a lock file would run code on this machine: pip runs the setup.py of what is no wheel."""
    lock = f"--extra-index-url https://x.test/\n{LOCK}win==1 ; sys_platform == 'win32' --hash=sha256:a\n"
    lock += "later==1 ; python_version >= '3.99' --hash=sha256:a\n"

    wheels.packages(lock, VERSION, "x86_64", tmp_path / "cache")

    words = pip.with_suffix(".argv").read_text().splitlines()
    assert {"--only-binary=:all:", "--require-hashes", "--no-deps", "-I"} <= set(words)
    assert words[words.index("--extra-index-url") + 1] == "https://x.test/"
    assert pip.with_suffix(".lock").read_text() == LOCK


def test_pip_downloads_wheels_for_the_host(pip: Path, tmp_path: Path) -> None:
    wheels.packages(LOCK, "3.13", "aarch64", tmp_path / "cache")

    words = pip.with_suffix(".argv").read_text().splitlines()
    assert words[1:6] == ["-m", "pip", "download", "--quiet", "--no-input"]
    start = words.index("--python-version")
    assert words[start : start + 10] == [
        *("--python-version", "3.13", "--implementation", "cp"),
        *("--abi", "cp313", "--abi", "abi3", "--abi", "none"),
    ]
    platforms = words[start + 10 :]
    assert set(platforms[::2]) == {"--platform"}
    newest, *_, older, plain = platforms[1::2]
    assert newest == "manylinux_2_35_aarch64"
    assert (older, plain) == ("manylinux2014_aarch64", "linux_aarch64")


def test_package_is_laid_out_as_an_environment(pip: Path, tmp_path: Path) -> None:
    [(name, tar)] = wheels.packages(LOCK, "3.99", "x86_64", tmp_path / "cache").items()

    with tarfile.open(tar) as archive:
        members = {member.name.removeprefix(f"{name}/"): member for member in archive}
    assert name.startswith("tiny-1.0-py3-none-any-")
    assert name.endswith("-py3.99")
    assert members["share/tiny.txt"].mode == 0o644
    assert members["include/tiny.h"].mode == 0o644
    assert members["bin/other"].mode == 0o755
    installer = archive_text(
        tar, f"{name}/lib/python3.99/site-packages/tiny-1.0.dist-info/INSTALLER"
    )
    assert installer == "understudy\n"


@pytest.mark.parametrize("option", ["--no-binary :all:", "--find-links /tmp", "-e ."])
def test_pip_never_sees_an_option_that_is_not_known(option: str, pip: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the lock file has options"):
        wheels.packages(f"{option}\n{LOCK}", VERSION, "x86_64", tmp_path / "cache")

    assert not pip.with_suffix(".argv").exists()


def test_package_that_is_locked_and_was_not_downloaded_is_reported(
    pip: Path, tmp_path: Path
) -> None:
    lock = f"{LOCK}more==1 --hash=sha256:aa\n"

    with pytest.raises(StepFailed, match="not what is locked") as raised:
        wheels.packages(lock, VERSION, "x86_64", tmp_path / "cache")

    assert raised.value.details == "more==1 is locked, but was not downloaded"


@pytest.mark.parametrize(
    "name", ["../../../outside", "tiny-1.0.data/scripts/../../../outside", "/tmp/outside"]
)
def test_wheel_writes_only_into_its_own_directory(
    name: str, pip: Path, wheel: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr(name, "evil")

    with pytest.raises(StepFailed, match="no wheel that can be installed") as raised:
        wheels.packages(LOCK, VERSION, "x86_64", tmp_path / "cache")

    assert raised.value.hint
    assert not list(tmp_path.rglob("outside"))
    assert not Path("/tmp/outside").exists()


def test_modules_of_wheels_that_were_downloaded_are_known(pip: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    wheels.packages(LOCK, VERSION, "x86_64", cache)

    assert wheel_modules.of(LOCK, cache) == {"tiny": ("tiny",)}
    assert wheel_modules.of(f"# by hand\n{LOCK}", cache) == {"tiny": ("tiny",)}
    assert wheel_modules.of("other==1.0 --hash=sha256:bb\n", cache) is None
    assert wheel_modules.of("other\n", cache) is None
