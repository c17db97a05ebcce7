"""The query on this machine, the parser, and which differences between two systems count."""

import subprocess
from typing import Any

import pytest

from tests.unit.receipt_samples import STAGING
from tests.unit.receipt_samples import fingerprint as changed
from understudy.errors import StepFailed
from understudy.host import fingerprint

ANSWER = (
    "os\tdebian 13\nmachine\taarch64\npython\t/usr/bin/python3.13\n"
    "package\tinstalled\tnginx\t1.26.3-3+deb13u1\n"
    "package\tconfig-files\topenssl\t3.5.1-1\n"
    "package\tnot-installed\tsqlite3\t\n"
    "end\tok\n"
)


def test_answer_is_read() -> None:
    found = fingerprint.parse(ANSWER)

    assert (found.os, found.machine, found.python) == ("debian 13", "aarch64", "3.13")
    assert found.packages == {"nginx": "1.26.3-3+deb13u1"}, "installed ones only"


@pytest.mark.parametrize("answer", ["", ANSWER.removesuffix("end\tok\n")])
def test_answer_that_was_cut_off_is_no_fingerprint(answer: str) -> None:
    with pytest.raises(StepFailed, match="cut off"):
        fingerprint.parse(answer)


def test_query_answers_on_a_real_system() -> None:
    done = subprocess.run(fingerprint.query(), capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
    found = fingerprint.parse(done.stdout)
    assert found.os
    assert found.machine


@pytest.mark.parametrize(
    "packages",
    [
        pytest.param({**STAGING.packages, "nginx": "1.22.1-9+deb12u2"}, id="security update"),
        pytest.param({**STAGING.packages, "libssl3": "1:3.0.16-1~deb12u1"}, id="epoch"),
        pytest.param({**STAGING.packages, "sqlite3": "3.40.1-2"}, id="only the host has it"),
    ],
)
def test_difference_that_does_not_matter_to_the_app_is_none(packages: dict[str, str]) -> None:
    assert fingerprint.differences(STAGING, changed(packages=packages), "production") == ()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"os": "debian 13"}, "production runs debian 13, staging runs debian 12"),
        ({"machine": "aarch64"}, "production is a machine of aarch64"),
        ({"python": "3.13"}, "production has Python 3.13, staging has Python 3.11"),
        (
            {"packages": {**STAGING.packages, "nginx": "1.26.0-1"}},
            "production has nginx 1.26.0, staging had nginx 1.22.1",
        ),
        (
            {"packages": {"nginx": STAGING.packages["nginx"]}},
            "production has no libssl3, staging had libssl3 3.0.16",
        ),
    ],
)
def test_difference_that_matters_is_a_sentence(change: dict[str, Any], sentence: str) -> None:
    [difference] = fingerprint.differences(STAGING, changed(**change), "production")

    assert sentence in difference


def test_host_without_a_database_of_its_own_lacks_no_server() -> None:
    packages = {"postgresql-15": "15.9-0+deb12u1", "nginx": "1.22.1-9"}
    staging = fingerprint.Fingerprint(
        os="debian 12", machine="x86_64", python="3.11", packages=packages
    )
    host = staging.model_copy(update={"packages": {"nginx": "1.22.1-9"}})

    assert fingerprint.differences(staging, host, "web") != ()
    assert fingerprint.differences(fingerprint.without_database(staging), host, "web") == ()
