"""Static files that a host lacks compressed copies of are fetched, compressed here, and sent back."""

import gzip
import io
import json
import os
import shlex
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import OK, FakeConnection, FakeReport, config, failed, manifest
from understudy.commands import Argv
from understudy.deploy import static_copies
from understudy.deploy.desired import DesiredState
from understudy.job import Job
from understudy.paths import Project
from understudy.release.static_files import BROTLI
from understudy.ssh.connection import Result
from understudy.ssh.stream import Content

FILES = {"a.css": b"a {}", "d/b.js": b"b()", "d/same.css": b"a {}"}


class Host(FakeConnection):
    """Sends the files that it is asked for."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(quiet=("--extract",))
        self.there = files
        self.asked: list[str] = []
        self.receive = self.read

    def read(self, argv: Argv, content: Content, take: Callable[[bytes], None]) -> Result:
        assert "sudo -n -u shop -- tar --directory=/srv/shop/static/r1" in shlex.join(argv)
        names = b"".join(content).decode(errors="surrogateescape").split("\0")  # type: ignore[arg-type]
        self.asked += names
        whole = io.BytesIO()
        with tarfile.open(fileobj=whole, mode="w") as tar:
            for name in names:
                member = tarfile.TarInfo(name)
                member.size = len(self.there[name])
                tar.addfile(member, io.BytesIO(self.there[name]))
        take(whole.getvalue())
        return OK

    def copies(self) -> dict[str, bytes]:
        found = {}
        for stream in self.streams:
            with tarfile.open(fileobj=io.BytesIO(stream)) as tar:
                for member in tar:
                    reader = tar.extractfile(member)
                    assert reader
                    assert member.mode == 0o644
                    found[member.name] = reader.read()
        return found


def output(files: dict[str, bytes]) -> str:
    listed = {name: sha256(content).hexdigest() for name, content in files.items()}
    return f"==> collectstatic\n{static_copies.MARK}{json.dumps(listed)}\n"


class Site:
    def __init__(self, directory: Path, **parts: Any) -> None:
        self.report, settings = FakeReport(), config(**parts)
        project = Project(directory, directory / "deploy.yml")
        self.job = Job(project, settings, "staging", self.report)
        self.desired = DesiredState(settings, self.job.target, manifest("r1"))

    def send(self, host: FakeConnection, printed: str) -> None:
        static_copies.send(self.job, host, self.desired, printed)  # type: ignore[arg-type]


def test_each_file_gets_its_copy(tmp_path: Path) -> None:
    host, site = Host(FILES), Site(tmp_path)

    site.send(host, output(FILES))

    assert {name: gzip.decompress(copy) for name, copy in host.copies().items()} == {
        f"{name}.gz": content for name, content in FILES.items()
    }
    assert site.report.steps == [("compress static files: 3 new", True)]


def test_content_that_was_compressed_before_is_not_fetched(tmp_path: Path) -> None:
    Site(tmp_path).send(Host(FILES), output(FILES))
    more = {**FILES, "new.css": b"new"}
    host = Host(more)

    Site(tmp_path).send(host, output(more))

    assert host.asked == ["new.css"]
    assert set(host.copies()) == {f"{name}.gz" for name in more}


def test_host_with_the_module_gets_brotli_too(tmp_path: Path) -> None:
    host = Host(FILES)

    Site(tmp_path, host={"packages": [BROTLI]}).send(host, output({"a.css": b"a {}"}))

    assert set(host.copies()) == {"a.css.gz", "a.css.br"}


@pytest.mark.parametrize("printed", ["", "==> collectstatic\n"])
def test_nothing_to_compress_asks_nothing_of_the_host(printed: str, tmp_path: Path) -> None:
    site = Site(tmp_path)

    site.send(FakeConnection(), printed)

    assert site.report.steps == []


def test_name_in_an_old_encoding(tmp_path: Path) -> None:
    files = {os.fsdecode(b"latin-\xe9.css"): b"a"}
    host = Host(files)

    Site(tmp_path).send(host, output(files))

    assert set(host.copies()) == {f"{name}.gz" for name in files}


def test_content_that_is_not_what_the_host_listed_gets_no_copy(tmp_path: Path) -> None:
    """Neither there nor, later, on another host that has a file of the listed digest."""
    host = Host({"a.css": b"changed meanwhile"})

    Site(tmp_path).send(host, output({"a.css": b"a {}"}))
    other = Host({"a.css": b"a {}"})
    Site(tmp_path).send(other, output({"a.css": b"a {}"}))

    assert host.copies() == {}
    assert gzip.decompress(other.copies()["a.css.gz"]) == b"a {}"


@pytest.mark.parametrize(
    "listed",
    ["[]", "{", '{"a.css": "../../etc/passwd"}', '{"a.css": 1}', json.dumps({"\ud800": 64 * "a"})],
)
def test_list_that_makes_no_sense_is_a_warning(listed: str, tmp_path: Path) -> None:
    site = Site(tmp_path)

    site.send(Host({}), f"{static_copies.MARK}{listed}\n")

    assert "no compressed copies" in site.report.warnings[0]


@pytest.mark.parametrize("sent", [b"", b"no tar", 600 * b"x"])
def test_answer_that_is_no_tar_is_a_warning(sent: bytes, tmp_path: Path) -> None:
    def answer(argv: Argv, content: Content, take: Callable[[bytes], None]) -> Result:
        take(sent)
        return OK

    host, site = FakeConnection(receive=answer), Site(tmp_path)

    site.send(host, output(FILES))

    assert "can't be read" in site.report.warnings[0]


def test_host_that_cannot_take_the_copies_is_a_warning(tmp_path: Path) -> None:
    host, site = Host(FILES), Site(tmp_path)
    host.answers = {"--extract": failed(errors="tar: a.css.gz: Disk quota exceeded")}

    site.send(host, output(FILES))

    assert "Disk quota exceeded" in site.report.warnings[0]
    assert site.report.steps == [("compress static files: 3 new", False)]
