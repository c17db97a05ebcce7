"""The benchmark's hosts as network namespaces: two of them, made of this machine's own files."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import namespaces
from benchmarks.timing import run

PROGRAMS = ("sshd", "nginx", "ip", "unshare", "systemd-tmpfiles", "ssh-keygen")
NGINX = """
pid /run/nginx.pid;
events {}
http { server { listen 80; return 200 "here\\n"; } }
"""

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root makes namespaces"),
    pytest.mark.skipif(not all(map(shutil.which, PROGRAMS)), reason=f"needs {', '.join(PROGRAMS)}"),
]


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Path]:
    """This machine's files, with a host key, a way to log in, a site of nginx and a service that is active."""
    changes, work, tree = (tmp_path / name for name in ("changes", "work", "tree"))
    for directory in (
        work,
        tree,
        changes / "etc/ssh",
        changes / "etc/nginx",
        changes / "root/.ssh",
    ):
        directory.mkdir(parents=True)
    (changes / "root").chmod(0o700)
    for key in (changes / "etc/ssh/ssh_host_ed25519_key", tmp_path / "id"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
    shutil.copy(tmp_path / "id.pub", changes / "root/.ssh/authorized_keys")
    (changes / "etc/ssh/sshd_config").write_text("PermitRootLogin yes\nStrictModes no\n")
    (changes / "etc/nginx/nginx.conf").write_text(NGINX)
    (changes / "etc/hostname").write_text("a-host\n")
    (changes / "etc/active-units").write_text("nginx.service\nssh.service\n")
    layers = f"lowerdir=/,upperdir={changes},workdir={work}"
    mounted = subprocess.run(
        ["mount", "-t", "overlay", "overlay", "-o", layers, str(tree)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no overlay on this file system")
    yield tree
    run("umount", str(tree))


def test_two_hosts_answer_apart_and_leave_nothing(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A benchmark may be at work on this machine.
    monkeypatch.setattr(namespaces, "BRIDGE", "bench-test")
    monkeypatch.setattr(namespaces, "NETWORK", "10.157.61")
    known_hosts = tmp_path / "known_hosts"
    with namespaces.hosts(tree, 2, known_hosts) as place:
        for number, address in enumerate(place.addresses):
            options = ("-i", str(tmp_path / "id"), "-o", f"UserKnownHostsFile={known_hosts}")
            question = f"hostname; systemctl is-active ssh; ls /srv; mkdir /srv/of-{number}"
            answer = run("ssh", "-F", "none", *options, f"root@{address}", question).output
            assert answer.split()[:2] == ["a-host", "active"]
            assert "of-" not in answer, "what one host writes is not seen by the other"
            assert run("curl", "-s", f"http://{address}/").output == "here\n"

    assert not [name for name in run("ip", "link").output.split() if "bench-test" in name]
    assert not Path("/srv/of-0").exists()
