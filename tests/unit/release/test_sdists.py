"""Which locked packages have no wheel for a host is read from what an index offers."""

import json

import pytest

from understudy.release import lock_file, sdists
from understudy.release.sdists import Sdist

HERE = "https://files.test/packages"


def digest(name: str) -> str:
    """A hash for a file of that name."""
    return name.encode().hex().ljust(64, "0")[:64]


def offer(name: str, *files: str) -> str:
    """A package of a pylock.toml. The file that is no wheel is its sdist."""
    entries = {
        file: f'{{ url = "{HERE}/{file}", hashes = {{ sha256 = "{digest(file)}" }} }}'
        for file in files
    }
    wheels = [text for file, text in entries.items() if file.endswith(".whl")]
    [*sdist] = [text for file, text in entries.items() if not file.endswith(".whl")]
    lines = [f"[[packages]]\nname = {json.dumps(name)}", f"wheels = [{', '.join(wheels)}]"]
    return "\n".join([*lines, *(f"sdist = {text}" for text in sdist)]) + "\n"


def without_wheel(
    offers: str, *locked: str, python: str = "3.11.2", machine: str = "x86_64"
) -> list[Sdist]:
    """locked: the files that the lock has the hash of."""
    hashes = " ".join(f"--hash=sha256:{digest(file)}" for file in locked)
    lock = lock_file.parse(f"tiny==1.0 {hashes}\n", "the lock")
    return sdists.without_wheel(lock, offers, python, machine)


SOURCE = "tiny-1.0.tar.gz"


@pytest.mark.parametrize(
    "wheel",
    [
        "tiny-1.0-py3-none-any.whl",
        "tiny-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "tiny-1.0-cp39-abi3-manylinux_2_28_x86_64.whl",
        "tiny-1.0-py2.py3-none-manylinux2014_x86_64.whl",
    ],
)
def test_package_with_a_wheel_for_the_host_is_not_built(wheel: str) -> None:
    assert without_wheel(offer("tiny", wheel, SOURCE), wheel, SOURCE) == []


@pytest.mark.parametrize(
    "wheel",
    [
        "tiny-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
        "tiny-1.0-cp311-cp311-manylinux_2_17_aarch64.whl",
        "tiny-1.0-cp311-cp311-manylinux_2_39_x86_64.whl",
        "tiny-1.0-cp311-cp311-musllinux_1_2_x86_64.whl",
        "tiny-1.0-cp311-cp311-win_amd64.whl",
        "tiny-1.0-cp312-abi3-manylinux2014_x86_64.whl",
        "odd.whl",
    ],
)
def test_package_with_wheels_for_others_only_is_built(wheel: str) -> None:
    [found] = without_wheel(offer("tiny", wheel, SOURCE), wheel, SOURCE)

    assert (found.url, found.sha256) == (f"{HERE}/{SOURCE}", digest(SOURCE))


def test_wheel_that_the_lock_does_not_name_counts_for_nothing() -> None:
    wheel = "tiny-1.0-py3-none-any.whl"

    assert without_wheel(offer("tiny", wheel, SOURCE), SOURCE)
    assert without_wheel(offer("tiny", wheel, SOURCE), wheel) == []


def test_source_that_the_lock_does_not_name_is_not_built() -> None:
    assert without_wheel(offer("tiny", SOURCE), "other.tar.gz") == []
    assert without_wheel(offer("other", SOURCE), SOURCE) == []
    assert without_wheel("", SOURCE) == []


def test_host_of_another_kind_has_other_wheels() -> None:
    wheel = "tiny-1.0-cp313-cp313-manylinux_2_17_aarch64.whl"
    offers = offer("tiny", wheel, SOURCE)

    assert without_wheel(offers, wheel, SOURCE)
    assert without_wheel(offers, wheel, SOURCE, python="3.13.1", machine="aarch64") == []


def test_file_of_a_source_has_the_locks_name_whatever_the_index_calls_it() -> None:
    file = "..%2F..%2Fevil.tar.gz"

    [found] = without_wheel(offer("tiny", file), file)

    assert found.file_name == "tiny-1.0.tar.gz"


def test_source_in_no_known_form_is_not_built() -> None:
    assert without_wheel(offer("tiny", "tiny-1.0.exe"), "tiny-1.0.exe") == []
