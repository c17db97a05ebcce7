"""Output of a failed build -> the lines that matter, and the Debian package that was missing. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from understudy.builds.debian_packages import package_with

# What a build lacks, in the words of compilers, linkers, pkg-config, CMake, Meson and setup.py files.
_MISSING = tuple(
    re.compile(pattern)
    for pattern in (
        r"fatal error: (?P<name>\S+): No such file or directory",
        r"cannot find (?P<name>-l\S+?)(?::|$)",
        r"(?P<name>pg_config) executable (?:is )?(?:not found|required)",
        r"(?:^|[\s/:])(?P<name>[\w.+-]+): (?:command )?not found$",
        r"No such file or directory: '(?:[\w/]*/)?(?P<name>[\w.+-]+)'",
        r"[Cc]ommand '(?P<name>[\w+-]+)' .*(?:not found|returned non-zero exit status 127)",
        r"No package '(?P<name>[^']+)' found",
        r"Package (?P<name>[\w.+-]+) was not found in the pkg-config search path",
        r"(?P<name>Can not find valid pkg-config name)",
        r"[Dd]ependency \"?(?P<name>[\w.+-]+)\"? not found",
        r"Did not find (?P<name>pkg-config|CMake|ninja)",
        r"Could NOT find (?P<name>\w+)",
        r"Program '?(?P<name>[\w.+-]+)'? (?:found: NO|not found)",
        r"library files could not be found for (?P<name>\w+)",
        r"can't find (?P<name>Rust) compiler",
        r"(?P<name>libxml2) and libxslt development packages are installed",
    )
)
# What a newer Python has taken away, in the words of compilers, setup.py files and PyO3.
_OLDER_PYTHON = re.compile(
    r"error: (?=.*(?:implicit declaration|undeclared|no member named|unknown type|(?:few|many) arguments))"
    r".*?[\u2018'`\"](?P<gone>_?Py\w+)"
    r"|has no attribute '(?P<attribute>ImpImporter|SafeConfigParser|readfp)'"
    r"|No module named '(?P<module>distutils|imp|asynchat|asyncore)'"
    r"|newer than (?P<pyo3>PyO3)'s maximum supported version"
)
# What newer build tools have taken away, which older packages still use -> tools that have it.
_OLDER_TOOLS = tuple(
    (re.compile(pattern), requirement)
    for pattern, requirement in (
        (r"has no attribute 'cython_sources'|Cython\.Compiler\.Errors\.CompileError", "cython<3"),
        (r"use_2to3 is invalid", "setuptools<58"),
        (r"cannot import name '\w+' from 'setuptools'", "setuptools<67"),
        (r"No module named 'setuptools\.command\.test'", "setuptools<72"),
        (r"No module named 'pkg_resources'", "setuptools<81"),
    )
)
_ERROR = re.compile(r"\berror: (?!command |subprocess-exited|metadata-gen)|^\w*(Error|Exception): ")
# What is missing then has another name.
_ELSEWHERE = {
    "Rust": "cargo",
    "CMake": "cmake",
    "Can not find valid pkg-config name": "mysqlclient.pc",
}
# pip repeats the build's output with a frame around it.
_FRAME = re.compile(r"^[\s│╰─>\u00d7]+")
_PIP_LACKS = re.compile(r"No matching distribution found for (?P<requirement>[^(\n]+)")
_BEFORE, _AFTER, _LAST = 1, 3, 12


@dataclass(frozen=True)
class Failure:
    """lines: of the output, those that show why. missing: what was looked for. package: Debian's, that has it.

    Both are "" if they are not known. gone: what the build uses of an older Python, "" if that's not why.
    """

    lines: tuple[str, ...]
    missing: str = ""
    package: str = ""
    gone: str = ""


def explain(output: Sequence[str]) -> Failure:
    """The first thing that was missing, if anything was, and its Debian package."""
    lines = [_FRAME.sub("", line) for line in output if line.strip()]
    for number, missing in _missing(lines):
        return Failure(_around(lines, number), missing, package_with(missing))
    for number, line in enumerate(lines):
        if found := _OLDER_PYTHON.search(line):
            return Failure(_around(lines, number), gone=found[found.lastgroup or 0])
    errors = (number for number, line in enumerate(lines) if _ERROR.search(line))
    for number in islice(errors, 1):
        return Failure(_around(lines, number))
    return Failure(tuple(lines[-_LAST:]))


def sentence(found: Failure) -> str:
    """What was missing, and where it is; "" if that is not known."""
    if found.gone:
        return f"this version is for older Pythons ({found.gone})"
    if not found.missing:
        return ""
    where = f", which is in Debian's package {found.package}" if found.package else ""
    return f"the build needs {found.missing}{where}"


def cure(packages: Sequence[str], failures: Iterable[Failure]) -> str:
    """What to write into deploy.yml; "" if that is not known. packages: those that are listed there."""
    found = list(failures)
    parts = []
    if more := [one.package for one in found if one.package]:
        whole = ", ".join(dict.fromkeys((*packages, *more)))
        parts.append(f"In deploy.yml, under app: build_packages: [{whole}]. ")
    parts += [
        f"List the Debian package that has {one.missing} under app.build_packages in deploy.yml: "
        f"packages.debian.org or `apt-file search {one.missing}` finds it. "
        for one in found
        if one.missing and not one.package
    ]
    if any(one.gone for one in found):
        parts.append(
            "Require a newer version of what could not be built; or a release with an older Python, "
            "as production has it: vm.release in deploy.yml. "
        )
    return "".join(parts)


def lacking_requirement(output: Sequence[str]) -> str:
    """What pip needs for the build and has not got, such as `cffi>=1.0`; "" if that is not why it failed."""
    found = (_PIP_LACKS.search(line) for line in output)
    return next((match["requirement"].strip() for match in found if match), "")


def older_tool(output: Sequence[str]) -> str:
    """A requirement for older build tools, such as `cython<3`, if newer ones can't build it; or ""."""
    text = "\n".join(output)
    return next((older for pattern, older in _OLDER_TOOLS if pattern.search(text)), "")


def _missing(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Number of the line, and what is missing. What is known to have a package comes first."""
    found = [
        (number, _ELSEWHERE.get(match["name"], match["name"]))
        for number, line in enumerate(lines)
        for pattern in _MISSING
        if (match := pattern.search(line))
    ]
    yield from sorted(found, key=lambda one: not package_with(one[1]))


def _around(lines: Sequence[str], number: int) -> tuple[str, ...]:
    return tuple(lines[max(0, number - _BEFORE) : number + _AFTER + 1])
