"""Debian 13, and an app that is no Django: the same code, another release, another preset."""

import signal
import sys

import pytest

from tests.integration.staging import PROJECT, Staging, run, stop_at

pytestmark = [pytest.mark.timeout(1800), pytest.mark.long]


def test_debian_13_comes_up_also_after_a_killed_start(trixie: Staging) -> None:
    """What a killed `up` left, a half-made VM, is made anew by the next one."""
    # A test before may have brought it up.
    trixie.deploy_py("destroy")
    up = (sys.executable, "-u", "deploy.py", "up", "--config", trixie.config)
    stop_at(signal.SIGKILL, "Starting domain", *up)
    assert trixie.deploy_py("up").code == 0
    assert "trixie" in trixie.deploy_py("status").text


def test_flask_is_deployed_by_a_preset_of_plain_keys(trixie: Staging) -> None:
    assert trixie.deploy_py("deploy").code == 0
    page = run("curl", "-sS", "-H", "Host: hello.test", f"http://{trixie.address}/")
    assert page.text.startswith("hello from ")
    assert "nothing to do" in trixie.deploy_py("deploy").text


def test_the_guest_can_renew_its_own_boot_loader(trixie: Staging) -> None:
    """What a kernel update does in the guest; the reboot in the host tests shows that it boots."""
    assert trixie.host("grub-install /dev/vda && update-grub").code == 0


def test_host_tests_pass_there_too(trixie: Staging) -> None:
    answer = run(
        *(str(PROJECT / ".venv/bin/pytest"), "-q", "tests/host"),
        *("--deploy-config", trixie.config),
    )
    assert answer.code == 0
