"""Debian 13, and an app without Django: the same code with another release and another preset."""

import signal
import sys

import pytest

from tests.integration.staging import PROJECT, Staging, run, stop_at

pytestmark = [pytest.mark.timeout(1800), pytest.mark.long]


def test_debian_13_comes_up_also_after_a_killed_start(trixie: Staging) -> None:
    """The next `up` rebuilds the half-made VM that a killed one left."""
    # An earlier test may have brought it up.
    trixie.deploy_py("destroy", "--yes")
    up = (sys.executable, "-u", "deploy.py", "up", "--config", trixie.config)
    stop_at(signal.SIGKILL, "Starting domain", *up)
    assert trixie.deploy_py("up").code == 0
    assert "trixie" in trixie.deploy_py("status").text


@pytest.fixture(scope="module")
def up(trixie: Staging) -> Staging:
    """The VM, which an earlier test may have brought up."""
    assert trixie.deploy_py("up").code == 0
    return trixie


@pytest.fixture(scope="module")
def hello(up: Staging) -> Staging:
    """The VM with Flask's app."""
    assert up.deploy_py("deploy").code == 0
    return up


def test_flask_is_deployed_with_the_plain_preset(hello: Staging) -> None:
    page = run("curl", "-sS", "-H", "Host: hello.test", f"http://{hello.address}/")
    assert page.text.startswith("hello from ")
    assert "nothing to do" in hello.deploy_py("deploy").text


def test_guest_can_install_its_own_boot_loader(up: Staging) -> None:
    """As an update of the kernel does; the reboot in the host tests shows that the guest boots."""
    assert up.host("grub-install /dev/vda && update-grub").code == 0


def test_host_tests_pass_there_too(hello: Staging) -> None:
    answer = run(
        *(str(PROJECT / ".venv/bin/pytest"), "-q", "tests/host"),
        *("--deploy-config", hello.config),
    )
    assert answer.code == 0
