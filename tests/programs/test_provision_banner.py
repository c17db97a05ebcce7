"""A banner that the host has of its own stays; the distribution's name is replaced."""

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.fakes import TOP

FRAME = """
set -eu
step() {{ :; }}
exists() {{ [ -e "$1" ] || [ -L "$1" ]; }}
put() {{ cat >"$2"; }}
PATH={root}/bin:$PATH
"""
DEBIANS = "Debian GNU/Linux 12 \\n \\l\n"
WARNING = (
    "This is a private system. Access without authorization is prohibited; logins are recorded.\n"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [(DEBIANS, WARNING), (None, WARNING), (WARNING, WARNING), ("ACME\n", "ACME\n")],
    ids=["Debian's", "none", "written before", "the host's own"],
)
@pytest.mark.parametrize("name", ["issue", "issue.net"])
def test_only_the_distributions_banner_is_replaced(
    name: str, before: str | None, after: str, tmp_path: Path
) -> None:
    (tmp_path / "etc").mkdir()
    if before is not None:
        (tmp_path / "etc" / name).write_text(before)
    digest = hashlib.md5(DEBIANS.encode(), usedforsecurity=False).hexdigest()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/dpkg-query").write_text(
        f"#!/bin/sh\nprintf '\\n %s %s' {tmp_path}/etc/issue {digest} {tmp_path}/etc/issue.net {digest}\n"
    )
    (tmp_path / "bin/dpkg-query").chmod(0o755)
    text = (TOP / "provision" / "67-banner.sh").read_text()
    text = re.sub(r"(?<![\w}])/etc/", f"{tmp_path}/etc/", text)

    frame = FRAME.format(root=tmp_path)
    subprocess.run(["sh", "-c", frame + text], check=True)

    assert (tmp_path / "etc" / name).read_text() == after
