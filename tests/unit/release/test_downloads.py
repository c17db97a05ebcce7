"""What has no wheel is built of its locked source, and then is a wheel as all others."""

import io
import subprocess
import zipfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from urllib.request import Request

import pytest

from understudy.errors import StepFailed
from understudy.release import (
    downloads,
    lock_file,
    pip,
    sdist_download,
    source_builds,
    wheel_modules,
)
from understudy.release.sdists import Sdist

SOURCE = b"the source"
HASH = sha256(SOURCE).hexdigest()
LOCK = f"wheel-only==1 --hash=sha256:aa\ntiny==1.0 --hash=sha256:{HASH}\n"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index with a wheel of one package, and with the source of the other."""
    source = tmp_path / "tiny-1.0.tar.gz"
    source.write_bytes(SOURCE)

    def download(file: Path, directory: Path, *_: object) -> str:
        if "tiny" in file.read_text():
            return "ERROR: No matching distribution found for tiny==1.0"
        (directory / "wheel_only-1-py3-none-any.whl").touch()
        return ""

    monkeypatch.setattr(pip, "download", download)
    offers = (
        f'[[packages]]\nname = "tiny"\n'
        f'sdist = {{ url = "file://{source}", hashes = {{ sha256 = "{HASH}" }} }}\n'
    )
    monkeypatch.setattr(sdist_download, "offers", lambda *_: offers)
    return source


def build(sdists: Sequence[Path], _: Sequence[str]) -> list[Path]:
    folder = sdists[0].parents[2] / "built-elsewhere"
    folder.mkdir(exist_ok=True)
    wheels = [folder / f"{sdist.name.removesuffix('.tar.gz')}-py3-none-any.whl" for sdist in sdists]
    for wheel, sdist in zip(wheels, sdists, strict=True):
        assert sdist.read_bytes() == SOURCE
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("tiny/__init__.py", "")
    return wheels


def wheels(cache: Path, with_build: source_builds.Build | None = build) -> list[Path]:
    lock = lock_file.parse(LOCK, "the lock file")
    return downloads.wheels(lock, "3.11.2", "x86_64", cache, with_build)


def test_wheel_is_built_of_the_source_that_is_locked(index: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"

    found = wheels(cache)

    names = [wheel.name for wheel in found]
    assert names == ["wheel_only-1-py3-none-any.whl", "tiny-1.0-py3-none-any.whl"]
    index.unlink()
    assert wheels(cache) == found, "the source is downloaded once"


def test_modules_of_a_built_wheel_are_known(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels(tmp_path / "cache")
    folder = downloads.folder(
        lock_file.parse(LOCK, "the lock file"), "3.11.2", "x86_64", tmp_path / "cache"
    )
    (folder / "wheel_only-1-py3-none-any.whl").unlink()

    assert wheel_modules.of(LOCK, tmp_path / "cache") == {"tiny": ("tiny",)}


def test_other_source_than_the_locked_one_is_refused(index: Path, tmp_path: Path) -> None:
    index.write_bytes(b"evil")

    with pytest.raises(StepFailed, match=r"tiny==1\.0 is not the one that is locked"):
        wheels(tmp_path / "cache")

    assert not list((tmp_path / "cache").iterdir()), "or the next try would take it"


def test_source_that_can_not_be_downloaded_is_reported(index: Path, tmp_path: Path) -> None:
    index.unlink()

    with pytest.raises(StepFailed, match=r"source of tiny==1\.0 can't be downloaded"):
        wheels(tmp_path / "cache")


def test_package_that_the_index_lacks_is_reported_as_pip_does(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sdist_download, "offers", lambda *_: "")

    with pytest.raises(StepFailed, match=r"can't be had as wheels for Python 3\.11\.2") as raised:
        wheels(tmp_path / "cache")

    assert "tiny==1.0" in raised.value.details


def test_without_a_builder_nothing_is_looked_for(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sdist_download, "offers", lambda *_: pytest.fail("looked for"))

    with pytest.raises(StepFailed, match="can't be had as wheels"):
        wheels(tmp_path / "cache", None)


def test_offers_are_asked_for_without_what_packages_depend_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With dependencies uv would build some packages to find them."""
    ran: list[list[str]] = []

    def run(words: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(words)
        return subprocess.CompletedProcess(words, 0, "the offers", "")

    monkeypatch.setattr(subprocess, "run", run)
    lock = lock_file.parse(f"--index-url https://x.test/simple\n{LOCK}", "the lock file")

    assert sdist_download.offers(lock, "3.11.2", tmp_path) == "the offers"
    [words] = ran
    assert "--no-deps" in words
    assert words[words.index("--index-url") + 1] == "https://x.test/simple"


@pytest.mark.parametrize("place", ["netrc", "url"])
def test_private_index_gets_the_login(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Request] = []

    def answer(request: Request, **_: object) -> io.BytesIO:
        asked.append(request)
        return io.BytesIO(SOURCE)

    monkeypatch.setattr(sdist_download, "urlopen", answer)
    (tmp_path / "netrc").write_text("machine files.test login ann password hunter2\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc" if place == "netrc" else tmp_path / "none"))
    login = "ann:hunter2@" if place == "url" else ""
    [pin] = lock_file.parse(f"tiny==1.0 --hash=sha256:{HASH}\n", "the lock file").pins
    sdist = Sdist(pin, f"https://{login}files.test/a@b/tiny-1.0.tar.gz", HASH)

    sdist_download.download([sdist], tmp_path / "sdists")

    [request] = asked
    assert request.full_url == "https://files.test/a@b/tiny-1.0.tar.gz"
    assert request.get_header("Authorization") == "Basic YW5uOmh1bnRlcjI="
    other = Sdist(pin, "https://other.test/tiny-1.0.tar.gz", HASH)
    sdist_download.download([other], tmp_path / "others")
    assert asked[1].get_header("Authorization") is None
