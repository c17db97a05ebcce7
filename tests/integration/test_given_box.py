"""A box that Understudy did not build: a bare Debian of mmdebstrap, with sshd, sudo and Vagrant's key.

It has ifupdown and asks for an address by DHCP; it has neither Python nor systemd-resolved. Provisioning
installs over the network all that a site needs.
"""

import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.integration.staging import PROJECT, Staging, make_app, run, vm_name
from understudy.paths import Project
from understudy.vm import provider

pytestmark = [pytest.mark.timeout(1800), pytest.mark.long, pytest.mark.needs("mmdebstrap")]

PACKAGES = "systemd-sysv,dbus,ifupdown,isc-dhcp-client,openssh-server,sudo,iproute2,procps"
MAKE = r"""
unshare --mount mmdebstrap --mode=root --variant=apt --include="$2" bookworm "$1/root" "$3"
root=$1/root
chroot "$root" useradd --create-home --shell /bin/bash vagrant
install -D -m 600 "$4" "$root/home/vagrant/.ssh/authorized_keys"
chroot "$root" chown -R vagrant: /home/vagrant
echo 'vagrant ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/vagrant"
printf 'auto lo eth0\niface lo inet loopback\niface eth0 inet dhcp\n' >"$root/etc/network/interfaces"
echo '{"provider": "lxc", "version": "1.0.0"}' >"$1/metadata.json"
tar -C "$root" --numeric-owner --transform 's,^\.,rootfs,S' --exclude='./dev/*' \
    -I 'gzip -1' -cf "$1/rootfs.tar.gz" .
tar -C "$1" -czf "$1/bare.box" metadata.json rootfs.tar.gz
rm -rf "$root" "$1/rootfs.tar.gz"
"""


@pytest.fixture(scope="module")
def bare_box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("bare")
    key = PROJECT / "provision/box/root/home/vagrant/.ssh/authorized_keys"
    mirror = "deb http://deb.debian.org/debian bookworm main"
    subprocess.run(["sh", "-euc", MAKE, "sh", directory, PACKAGES, mirror, key], check=True)
    return directory / "bare.box"


@pytest.fixture(scope="module")
def url(bare_box: Path) -> Iterator[str]:
    """Of the box, on a server of this machine. A path of this machine is tried by unit tests."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(bare_box.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{bare_box.name}"
        server.shutdown()


@pytest.fixture(scope="module")
def staging(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staging]:
    def change(settings: dict[str, Any]) -> None:
        settings["vm"] = {"name": vm_name("given"), "box": url, "provider": "lxc"}

    made = make_app(PROJECT / "example", tmp_path_factory.mktemp("given"), change)
    assert made.deploy_py("up").code == 0
    if provider.built(Project(PROJECT, made.config, PROJECT), made.vm) != provider.LXC:
        pytest.skip("no container can run here")
    yield made
    made.deploy_py("destroy", "--yes")


def test_example_is_deployed_to_it(staging: Staging) -> None:
    assert staging.deploy_py("deploy").code == 0
    assert "nothing to change" in staging.deploy_py("provision").text
    assert "nothing to do" in staging.deploy_py("deploy").text


def test_second_up_changes_nothing(staging: Staging) -> None:
    assert "is up at" in staging.deploy_py("up").text


def test_reset_restores_a_snapshot(staging: Staging) -> None:
    answer = staging.deploy_py("reset")
    assert (answer.code, "restore the snapshot" in answer.text) == (0, True)


def test_host_tests_pass_there_too(staging: Staging) -> None:
    assert staging.deploy_py("deploy").code == 0
    pytest_there = (str(PROJECT / ".venv/bin/pytest"), "-q", "tests/host")
    assert run(*pytest_there, "--deploy-config", staging.config).code == 0
