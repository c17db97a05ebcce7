"""Versions sort in the order of dpkg."""

import shutil
import subprocess
from itertools import permutations

import pytest

from understudy.vm.mirror.versions import order

DPKG = shutil.which("dpkg")
VERSIONS = (
    *(
        "1",
        "1.0",
        "1.00",
        "1.0-0",
        "1.0-1",
        "1.0-1~bpo12+1",
        "1.0-1+b1",
        "1.0-1+deb12u1",
        "1.0~rc1",
    ),
    *("1.0~", "1.0~~", "1.0a", "1.0+dfsg-1", "1.0.1-1", "1.10-1", "1.9-1", "0:1.0", "1:0.1", "2:0"),
    *(
        "9.2p1-2+deb12u6",
        "9.2p1-2+deb12u10",
        "20230311+deb12u1",
        "1.2.13.dfsg-1",
        "1.0-1-1",
        "1.a-2",
    ),
)


@pytest.mark.needs("dpkg")
def test_versions_sort_like_dpkg() -> None:
    pairs = [*permutations(VERSIONS, 2)]
    script = 'while read -r a b; do dpkg --compare-versions "$a" lt "$b"; echo $?; done'
    theirs = subprocess.run(
        ["sh", "-c", script],
        input="".join(f"{one} {other}\n" for one, other in pairs),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    ours = ["0" if order(one) < order(other) else "1" for one, other in pairs]
    wrong = [pair for pair, a, b in zip(pairs, ours, theirs, strict=True) if a != b]
    assert wrong == []
