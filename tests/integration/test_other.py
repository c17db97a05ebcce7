"""Debian 13, and an app that is no Django: the same code, another release, another preset."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import PROJECT, Staging, make_app, run, stop_at

ADDRESS = "192.168.58.10"

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def trixie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staging]:
    directory = tmp_path_factory.mktemp("trixie")

    def change(settings: dict[str, Any]) -> None:
        settings["app"] = {
            "name": "hello",
            "source": settings["app"]["source"],
            "preset": "plain",
            "module": "hello:app",
            "environment": {"RELEASE": "{release}"},
        }
        settings["vm"] |= {
            "name": "understudy-test-trixie",
            "release": "trixie",
            "address": ADDRESS,
        }
        settings["targets"]["vagrant"] |= {
            "address": ADDRESS,
            "domain": "hello.test",
            "known_hosts": str(directory / "known_hosts"),
        }

    staging = make_app(PROJECT / "tests" / "integration" / "flask_app", directory, change)
    yield staging
    staging.deploy_py("destroy")


def test_debian_13_comes_up_also_after_a_killed_start(trixie: Staging) -> None:
    """What a killed `up` left, a half-made VM, is made anew by the next one."""
    up = (sys.executable, "-u", "deploy.py", "up", "--config", trixie.config)
    stop_at(signal.SIGKILL, "Starting domain", *up)
    assert trixie.deploy_py("up").code == 0
    assert "trixie" in trixie.deploy_py("status").text


def test_flask_is_deployed_by_a_preset_of_plain_keys(trixie: Staging) -> None:
    assert trixie.deploy_py("deploy").code == 0
    page = run("curl", "-sS", "-H", "Host: hello.test", f"http://{ADDRESS}/")
    assert page.text.startswith("hello from ")
    assert "nothing to do" in trixie.deploy_py("deploy").text


def test_the_guest_can_renew_its_own_boot_loader(trixie: Staging) -> None:
    """What a kernel update does in the guest; the reboot in the host tests shows that it boots."""
    renew = "sudo grub-install /dev/vda && sudo update-grub"
    answer = run(
        *("ssh", "-o", f"UserKnownHostsFile={trixie.config.parent / 'known_hosts'}"),
        *("-i", str(Path("~/.vagrant.d/insecure_private_key").expanduser())),
        *(f"vagrant@{ADDRESS}", renew),
    )
    assert answer.code == 0, answer.text


def test_host_tests_pass_there_too(trixie: Staging) -> None:
    answer = run(
        *(str(PROJECT / ".venv/bin/pytest"), "-q", "tests/host", "--slow"),
        *("--deploy-config", trixie.config),
    )
    assert answer.code == 0
