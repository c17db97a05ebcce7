"""Output of builds that failed, as compilers and others write it -> what was missing and where it is."""

import pytest

from understudy.builds import failure
from understudy.builds.failure import Failure

CASES = [
    ("src/_mysql.c:27:10: fatal error: mysql.h: No such file or directory", "libmariadb-dev"),
    ("      Exception: Can not find valid pkg-config name.", "libmariadb-dev"),
    ("Error: pg_config executable not found.", "libpq-dev"),
    ("./psycopg/psycopg.h:36:10: fatal error: libpq-fe.h: No such file or directory", "libpq-dev"),
    ("Modules/common.h:15:10: fatal error: lber.h: No such file or directory", "libldap-dev"),
    ("/bin/sh: 1: pkg-config: not found", "pkg-config"),
    ("/bin/sh: 1: xslt-config: not found", "libxslt1-dev"),
    ("/usr/bin/ld: cannot find -lpq: No such file or directory", "libpq-dev"),
    ("/usr/bin/ld: cannot find -lsasl2", "libsasl2-dev"),
    ("c/_cffi_backend.c:15:10: fatal error: ffi.h: No such file or directory", "libffi-dev"),
    ("Error: Please make sure the libxml2 and libxslt development packages are installed.", "libxml2-dev"),
    ("FileNotFoundError: [Errno 2] No such file or directory: '/usr/bin/krb5-config'", "libkrb5-dev"),
    ("FileNotFoundError: [Errno 2] No such file or directory: 'cmake'", "cmake"),
    ("The headers or library files could not be found for jpeg,", "libjpeg-dev"),
    ("../meson.build:31:11: ERROR: Dependency \"cairo\" not found, tried pkgconfig", "libcairo2-dev"),
    ("No package 'xmlsec1' found", "libxmlsec1-dev"),
    ("Package libvirt was not found in the pkg-config search path.", "libvirt-dev"),
    ("  error: can't find Rust compiler", "cargo"),
    ("CMake Error: Could NOT find ZLIB (missing: ZLIB_LIBRARY)", "zlib1g-dev"),
    ("pcap.c:9:10: fatal error: pcap.h: No such file or directory", "libpcap-dev"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "package"), CASES)
def test_missing_part_is_found_with_its_debian_package(line: str, package: str) -> None:
    output = [
        "running build_ext",
        "gcc -c x.c",
        line,
        "error: command 'gcc' failed",
        "[end of output]",
    ]

    found = failure.explain(output)

    assert found.package == package
    assert line.strip() in found.lines
    assert package in failure.sentence(found)


def test_first_missing_part_with_a_package_is_shown_and_not_what_follows_from_it() -> None:
    output = [
        "/bin/sh: 1: frobnicate-config: not found",
        "x.c:1:10: fatal error: ldap.h: No such file or directory",
        "compilation terminated.",
        "x.c:2:10: fatal error: sasl.h: No such file or directory",
    ]

    assert failure.explain(output).missing == "ldap.h"


def test_header_of_unknown_origin_is_named_with_the_place_to_look() -> None:
    found = failure.explain(["a.c:1:10: fatal error: acme.h: No such file or directory"])

    assert (found.missing, found.package) == ("acme.h", "")
    assert failure.sentence(found) == "the build needs acme.h"
    assert "apt-file search acme.h" in failure.cure((), [found])


def test_error_of_a_compiler_is_shown_without_a_cause() -> None:
    """A wrong cause would be worse than none."""
    output = ["cc x.c", "x.c:3:5: error: too few arguments", "note: declared here", *["…"] * 30]

    found = failure.explain([*output, "error: command '/usr/bin/gcc' failed with exit code 1"])

    assert (found.missing, found.package, failure.sentence(found)) == ("", "", "")
    assert "x.c:3:5: error: too few arguments" in found.lines
    assert failure.cure(("a",), [found]) == ""


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        (
            "c/_cffi_backend.c:6112:9: error: implicit declaration of function "
            "\u2018_PyErr_WriteUnraisableMsg\u2019; did you mean \u2018PyErr_WriteUnraisable\u2019?",
            "_PyErr_WriteUnraisableMsg",
        ),
        (
            "a.c:9:1: error: \u2018PyThreadState\u2019 {aka \u2018struct _ts\u2019} has no member named "
            "\u2018use_tracing\u2019",
            "PyThreadState",
        ),
        ("a.c:3:5: error: too few arguments to function \u2018_PyLong_New\u2019", "_PyLong_New"),
        ("AttributeError: module 'pkgutil' has no attribute 'ImpImporter'", "ImpImporter"),
        ("ModuleNotFoundError: No module named 'distutils'", "distutils"),
        (
            "error: the configured Python interpreter version (3.13) is newer than PyO3's maximum "
            "supported version (3.12)",
            "PyO3",
        ),
    ],
)  # fmt: skip
def test_version_for_older_pythons_is_known(line: str, gone: str) -> None:
    found = failure.explain(["running build_ext", line, "error: command 'gcc' failed"])

    assert found.gone == gone
    assert "for older Pythons" in failure.sentence(found)
    assert "vm.release" in failure.cure(("libffi-dev",), [found])
    assert "build_packages" not in failure.cure(("libffi-dev",), [found])


def test_without_any_error_the_end_is_shown() -> None:
    assert failure.explain([f"line {number}" for number in range(40)]).lines[-1] == "line 39"


def test_frame_that_pip_draws_is_taken_off() -> None:
    [line] = failure.explain(
        ["  \u2502     y.c:1:1: fatal error: zmq.h: No such file or directory"]
    ).lines

    assert line.startswith("y.c")


def test_line_for_deploy_yml_has_what_is_listed_and_what_is_missing() -> None:
    failures = [Failure((), "mysql.h", "libmariadb-dev"), Failure((), "pg_config", "libpq-dev")]

    cure = failure.cure(("libxml2-dev", "libpq-dev"), failures)

    assert "build_packages: [libxml2-dev, libpq-dev, libmariadb-dev]" in cure


def test_requirement_that_only_the_build_names_is_found() -> None:
    output = ["  ERROR: No matching distribution found for cffi>=1.1 (from x)", "other"]

    assert failure.lacking_requirement(output) == "cffi>=1.1"
    assert failure.lacking_requirement(["x.c:1:1: error: x"]) == ""
