"""A lock file pins packages, and can do nothing else."""

import pytest
from packaging import markers

from understudy.errors import ConfigError
from understudy.release import lock_file
from understudy.release.lock_file import parse

GOOD = "gunicorn==23.0.0 --hash=sha256:aa\n"
# In PEP 508's variables: a machine that differs from every host.
MAC = {
    "implementation_name": "pypy",
    "implementation_version": "7.3.1",
    "os_name": "java",
    "platform_machine": "arm64",
    "platform_python_implementation": "PyPy",
    "platform_release": "24.1.0",
    "platform_system": "Darwin",
    "platform_version": "Darwin Kernel Version 24.1.0",
    "python_full_version": "3.12.4",
    "python_version": "3.12",
    "sys_platform": "darwin",
}


@pytest.mark.parametrize(
    "line",
    [
        # Each would have pip run a setup.py on this machine, or look for packages elsewhere.
        "--no-binary :all:",
        "--no-binary=gunicorn",
        "--only-binary :none:",
        "--find-links .",
        "-f https://x.test/",
        "--index-url http://x.test/",
        "--index-url file:///tmp",
        "--extra-index-url https://x.test/${AWS_SECRET_ACCESS_KEY}",
        "--index-url https://x.test/ --no-binary :all:",
        "--trusted-host x.test",
        "--global-option=build",
        "--config-settings=a=b",
        "--pre",
        "--use-feature=fast-deps",
        "--no-index",
        "-e .",
        "--editable git+https://x.test/x",
        "-r https://x.test/more.txt",
        "-rbase.txt",
        # And these are no pins.
        "evil @ git+https://x.test/x@v1 --hash=sha256:aa",
        "evil @ https://x.test/evil-1.tar.gz#==1 --hash=sha256:aa",
        "evil @ file:///tmp/evil-1.tar.gz --hash=sha256:aa",
        "https://x.test/evil-1.tar.gz --hash=sha256:aa",
        "./evil==1.tar.gz --hash=sha256:aa",
        "evil @ repository:evil@HEAD",
        f"evil @ git+http://x.test/x@{'a' * 40}",
        f"evil @ git+https://x.test/x@{'a' * 40} --hash=sha256:aa",
        f"evil @ git+https://x.test/x@{'a' * 40}#egg=x",
        "evil==1 --hash=sha256:aa --config-settings=a=b",
        "evil==1 --hash=sha256:aa --global-option=--no-user-cfg",
        "evil==1 --hash=md5:aa",
        "evil==1 # --hash=sha256:aa",
        "evil==1.* --hash=sha256:aa",
        "evil===1 --hash=sha256:aa",
        "evil>=1 --hash=sha256:aa",
        "evil==1,!=2 --hash=sha256:aa",
        "evil==../../1 --hash=sha256:aa",
    ],
)
def test_anything_but_a_pin_with_hashes_is_refused(line: str) -> None:
    for text in (
        GOOD + line + "\n",
        line + "\n" + GOOD,
        line.replace(" ", " \\\n", 1) + "\n" + GOOD,
    ):
        with pytest.raises(ConfigError, match=r"has options|not locked"):
            parse(text, "requirements.txt")


@pytest.mark.parametrize(
    "source",
    [
        f"git+https://x.test/tools@{'a' * 40}",
        f"git+https://x.test:8443/a/tools.git@{'0' * 40}#subdirectory=src",
        f"git+ssh://git@x.test/tools@{'a' * 40}",
        f"repository:libs/tools@{'b' * 40}",
    ],
)
def test_source_whose_content_is_fixed_needs_no_hash(source: str) -> None:
    lock = parse(f"{GOOD}tools @ {source} ; sys_platform == 'linux'\n", "x")

    assert [pin.source for pin in lock.pins] == ["", source]
    assert lock_file.requirements(lock) == GOOD, "pip downloads the others"
    assert lock_file.installed(lock) == f"{GOOD}tools @ {source}\n"
    assert lock_file.differences(lock, ["gunicorn-23.0.0-py3-none-any.whl"]) == []


def test_lock_comes_back_from_its_text() -> None:
    text = "# from: a/uv.lock\n# requires-python: >=3.11\n--extra-index-url https://x.test/s\n"
    text += f"a[b]==1 ; os_name == 'nt' --hash=sha256:aa\nc @ repository:c@{'a' * 40}\n"

    lock = parse(text, "x")

    assert (lock.origin, lock.python) == ("a/uv.lock", ">=3.11")
    assert parse(lock_file.text(lock), "y") == lock


@pytest.mark.parametrize(
    ("lock", "python", "fits"),
    [
        (">=3.12", "3.11.2", False),
        (">=3.11.7", "3.11.2", False),
        (">=3.11", "3.11.2", True),
        ("<3.12,>=3.11", "3.11.2", True),
        ("", "3.11.2", True),
        (">=3.12", "3.11", True),
    ],
)
def test_lock_says_for_which_python_it_is(lock: str, python: str, *, fits: bool) -> None:
    assert lock_file.accepts(lock_file.LockFile((), python=lock), python) is fits


def test_index_is_kept() -> None:
    text = "-i https://one.test/simple\n--extra-index-url=https://two.test/simple\n" + GOOD

    lock = parse(text + "--require-hashes\n--only-binary :all:\n-c more.txt\n", "x")

    assert lock.indexes == (
        *("--index-url", "https://one.test/simple"),
        *("--extra-index-url", "https://two.test/simple"),
    )


def test_pip_gets_the_pins_and_nothing_of_the_file() -> None:
    lock = parse(
        'A_b[c]==1.0 ; python_version > "3" \\\n  --hash=sha256:aa --hash sha256:ab # x\n', ""
    )

    assert lock_file.requirements(lock) == "a-b==1.0 --hash=sha256:aa --hash=sha256:ab\n"


@pytest.mark.parametrize(
    ("marker", "applies"),
    [
        ("sys_platform == 'linux'", True),
        ("sys_platform == 'win32'", False),
        ("os_name == 'nt'", False),
        ("platform_system == 'Darwin'", False),
        ("python_version < '3.11'", False),
        ("python_version >= '3.11'", True),
        ("platform_machine == 'aarch64'", True),
        ("platform_machine == 'x86_64'", False),
        ("platform_python_implementation == 'PyPy'", False),
        ("platform_python_implementation == 'CPython'", True),
        ("platform_system == 'Linux' and os_name == 'posix'", True),
        ("platform_release == '24.1.0'", False),
        ("'Darwin Kernel' in platform_version", False),
        ("python_version == '3.12'", False),
        ("implementation_version < '3.11'", False),
        ("implementation_version >= '3.12'", False),
        ("implementation_name == 'cpython'", True),
        ("python_full_version < '3.11.3'", True),
        ("python_full_version >= '3.11.3'", False),
        ("python_full_version <= '3.11.2'", True),
        ("python_full_version >= '3.12'", False),
        ("extra == 'x'", False),
    ],
)
def test_marker_is_decided_for_the_host_and_not_for_this_machine(
    marker: str, applies: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markers, "default_environment", lambda: dict(MAC))
    lock = parse(f"a==1 ; {marker} --hash=sha256:aa\n", "x")

    assert bool(lock_file.for_host(lock, "3.11.2", "aarch64").pins) == applies


@pytest.mark.parametrize("marker", ["<= '3.11.2'", ">= '3.11.7'"])
def test_marker_holds_if_it_may_hold_for_a_host_whose_patch_release_is_not_known(
    marker: str,
) -> None:
    lock = parse(f"a==1 ; python_full_version {marker} --hash=sha256:aa\n", "x")

    assert lock_file.for_host(lock, "3.11", "x86_64").pins


@pytest.mark.parametrize(
    ("wheels", "found"),
    [
        (["a_b-1.0-py3-none-any.whl", "c-2-py3-none-any.whl"], []),
        (["A.B-1-py3-none-any.whl", "c-2.0.0-cp311-cp311-linux_x86_64.whl"], []),
        (["a_b-1.0+cpu-py3-none-any.whl", "c-2-py3-none-any.whl"], []),
        (["a_b-1.0-py3-none-any.whl"], ["c==2 is locked, but was not downloaded"]),
        (
            ["a_b-1.1-py3-none-any.whl", "c-2-py3-none-any.whl"],
            ["a-b==1.0 is locked, but 1.1 was downloaded"],
        ),
        (
            ["a_b-1-py3-none-any.whl", "c-2-py3-none-any.whl", "d-1-py3-none-any.whl"],
            ["d was downloaded, but is not locked"],
        ),
        (
            ["a_b-1-py3-none-any.whl", "c-2-py3-none-any.whl", "d.whl"],
            ["d.whl is no name of a wheel"],
        ),
    ],
)
def test_locked_and_downloaded_are_compared_by_name_and_version(
    wheels: list[str], found: list[str]
) -> None:
    lock = parse("A.b==1.0 --hash=sha256:aa\nc==2 --hash=sha256:aa\n", "x")

    assert lock_file.differences(lock, wheels) == found


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("tools @ https://x.test/t.tar.gz", "Only released versions from a package index"),
        ("tools==1", "uv pip compile --generate-hashes requirements.in -o locked.txt"),
    ],
)
def test_hint_fits_the_line_without_a_hash(line: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=r"locked\.txt is not locked") as raised:
        parse(f"{GOOD}{line}\n", "locked.txt")

    assert raised.value.details == line
    assert raised.value.hint.startswith(hint)


def test_empty_lock_file_is_refused() -> None:
    with pytest.raises(ConfigError, match="not locked"):
        parse("# nothing\n", "locked.txt")
