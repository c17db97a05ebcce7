"""Which key of deploy.yml wants a package that could not be installed. Pure."""

import re
from collections.abc import Iterator, Mapping

# Lines of apt, dpkg and our script about a package that is not to be had, or does not install.
_FAILED = re.compile(
    r"^(?:E: |Err:|W: Failed|dpkg: error|provision: apt lists no package| \S+ : Depends)"
)


def cause(text: str, wanted: Mapping[str, str]) -> str:
    """For an error: what failed for which key; "" if the output blames no package of a key.

    wanted: package -> key, of Provisioning.
    """
    found = "; ".join(
        f"deploy.yml wants the package {package} by its key {wanted[package]}"
        for package in dict.fromkeys(_blamed(text, wanted))
    )
    return f"{found}, and it can't be installed" if found else ""


def _blamed(text: str, wanted: Mapping[str, str]) -> Iterator[str]:
    for line in filter(_FAILED.match, text.splitlines()):
        yield from (
            one for one in wanted if re.search(rf"(?<![\w.+-]){re.escape(one)}(?![\w+-])", line)
        )
